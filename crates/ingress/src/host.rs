//! The hosts that a route answers for. A leaf module.

/// A host, or many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// This one.
    Exact(String),
    /// All that end so; with the dot.
    Ending(String),
    /// All.
    Any,
}

impl Host {
    /// As objects write it: `shop.example.com`, `*.example.com`, `*`, or nothing for all.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim_end_matches('.').to_ascii_lowercase();
        match text.strip_prefix('*') {
            None if text.is_empty() => Host::Any,
            None => Host::Exact(text),
            Some("") => Host::Any,
            Some(ending) => Host::Ending(ending.to_owned()),
        }
    }

    /// All hosts of a list; any when there are none.
    #[must_use]
    pub fn all<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Self> {
        let hosts: Vec<Host> = texts.map(Host::parse).collect();
        if hosts.is_empty() { vec![Host::Any] } else { hosts }
    }

    /// The names under which a Service is reached within a cluster.
    #[must_use]
    pub fn of_service(namespace: &str, name: &str) -> Vec<Self> {
        let long = format!("{name}.{namespace}");
        let names = [name.to_owned(), long.clone(), format!("{long}.svc"), format!("{long}.svc.cluster.local")];
        names.into_iter().map(Host::Exact).collect()
    }
}
