//! What becomes of a request's path, and where a client is sent instead. A leaf module but for requests.

use crate::ask::Ask;
use regex::Regex;

/// What becomes of the path on its way to a pod.
#[derive(Debug, Clone)]
pub enum Rewrite {
    /// It is this one.
    Whole(String),
    /// What it begins with is replaced.
    Prefix {
        /// What it begins with.
        from: String,
        /// What it begins with afterwards.
        to: String,
    },
    /// What matches is replaced, with `$1` and the like for groups.
    Pattern {
        /// What matches.
        from: Regex,
        /// What stands there afterwards.
        to: String,
    },
}

/// Where a client is sent instead; what is not given stays as it was asked for.
#[derive(Debug, Clone, Default)]
pub struct Redirect {
    /// The status of the answer.
    pub status: u16,
    /// The scheme.
    pub scheme: Option<String>,
    /// The host.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// What becomes of the path.
    pub path: Option<Rewrite>,
}

impl Rewrite {
    /// The path afterwards; it always begins with a slash.
    #[must_use]
    pub fn apply(&self, path: &str) -> String {
        let text = match self {
            Rewrite::Whole(path) => path.clone(),
            Rewrite::Prefix { from, to } => match path.strip_prefix(from.trim_end_matches('/')) {
                Some(rest) => format!("{}/{}", to.trim_end_matches('/'), rest.trim_start_matches('/')),
                None => path.to_owned(),
            },
            Rewrite::Pattern { from, to } => from.replace(path, to.as_str()).into_owned(),
        };
        let text = if text.starts_with('/') { text } else { format!("/{text}") };
        // A prefix replaced as a whole leaves no slash behind that nobody asked for.
        let is_whole =
            matches!(self, Rewrite::Prefix { from, to } if path == from.trim_end_matches('/') && to.len() > 1);
        if is_whole && text.len() > 1 { text.trim_end_matches('/').to_owned() } else { text }
    }
}

impl Redirect {
    /// Where such a request is sent.
    #[must_use]
    pub fn location(&self, ask: &Ask) -> String {
        let scheme = self.scheme.as_deref().unwrap_or("http");
        let host = self.host.as_deref().unwrap_or(&ask.host);
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = self.path.as_ref().map_or_else(|| ask.path.clone(), |rewrite| rewrite.apply(&ask.path));
        format!("{scheme}://{host}{port}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_patterns_are_replaced() {
        let prefix = |from: &str, to: &str| Rewrite::Prefix { from: from.to_owned(), to: to.to_owned() };
        // The examples of the Gateway API's HTTPURLRewriteFilter.
        for (from, to, path, wanted) in [
            ("/foo", "/xyz", "/foo/bar", "/xyz/bar"),
            ("/foo", "/xyz/", "/foo/bar", "/xyz/bar"),
            ("/foo/", "/xyz", "/foo/bar", "/xyz/bar"),
            ("/foo", "/xyz", "/foo", "/xyz"),
            ("/foo", "/", "/foo/bar", "/bar"),
            ("/foo", "", "/foo", "/"),
        ] {
            assert_eq!(prefix(from, to).apply(path), wanted, "{from} to {to}: {path}");
        }
        let from = Regex::new("(?i)^/something(/|$)(.*)").expect("a pattern");
        let pattern = Rewrite::Pattern { from, to: "/$2".to_owned() };
        assert_eq!(pattern.apply("/something/new"), "/new");
        assert_eq!(pattern.apply("/something"), "/");
    }
}
