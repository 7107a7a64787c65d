//! What stands in the address of an application's page. A leaf module.

use appview::TreeQuery;
use look::segment;
use url::form_urlencoded::{Serializer, parse};

/// How the resources are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// As a graph.
    #[default]
    Tree,
    /// As a list.
    List,
    /// Pods by where they run.
    Pods,
    /// How traffic gets to pods.
    Network,
    /// What happened.
    Timeline,
}

impl Sight {
    /// All of them, with the word in addresses and for people.
    pub const ALL: [(Sight, &'static str, &'static str); 5] = [
        (Sight::Tree, "", "Tree"),
        (Sight::List, "list", "List"),
        (Sight::Pods, "pods", "Pods"),
        (Sight::Network, "network", "Network"),
        (Sight::Timeline, "timeline", "Timeline"),
    ];
}

/// What is open beside the resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A panel of the application.
    Panel(&'static str),
    /// A resource with one of its tabs.
    Resource(String, &'static str),
}

/// The panels there are.
pub const PANELS: [&str; 6] = ["sync", "diff", "result", "history", "details", "delete"];
/// The tabs of a resource.
pub const TABS: [(&str, &str); 5] =
    [("summary", "Summary"), ("diff", "Diff"), ("manifest", "Manifest"), ("events", "Events"), ("logs", "Logs")];

/// The address of an application's page.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Namespace of the application.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How its resources are shown.
    pub sight: Sight,
    /// Which of them.
    pub tree: TreeQuery,
    /// What is open beside them.
    pub open: Open,
    /// Whether differences stand side by side.
    pub is_side_by_side: bool,
    /// Which log is read.
    pub log: crate::logs::LogQuery,
}

impl At {
    /// Reads an address.
    pub fn read(namespace: &str, name: &str, query: Option<&str>) -> Self {
        let tree = TreeQuery::read(query);
        let mut at = At { namespace: namespace.to_owned(), name: name.to_owned(), tree, ..At::default() };
        let (mut node, mut tab) = (String::new(), TABS[0].0);
        for (key, value) in parse(query.unwrap_or_default().as_bytes()) {
            match &*key {
                "view" => {
                    let known = Sight::ALL.iter().find(|(_, word, _)| *word == value);
                    at.sight = known.map(|own| own.0).unwrap_or_default();
                }
                "panel" => {
                    at.open = PANELS.iter().find(|own| **own == value).map_or(Open::Nothing, |own| Open::Panel(own))
                }
                "node" => node = value.chars().take(600).collect(),
                "tab" => tab = TABS.iter().find(|own| own.0 == value).map_or(tab, |own| own.0),
                "side" => at.is_side_by_side = value == "1",
                "container" => at.log.container = value.chars().take(253).collect(),
                "previous" => at.log.previous = matches!(&*value, "1" | "on"),
                "find" => at.log.words = value.chars().take(200).collect(),
                _ => {}
            }
        }
        if !node.is_empty() {
            at.open = Open::Resource(node, tab);
        }
        at
    }

    /// The query, with `?` before it.
    pub fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        if let Some((_, word, _)) = Sight::ALL.iter().find(|own| own.0 == self.sight && !own.1.is_empty()) {
            query.append_pair("view", word);
        }
        self.tree.write(&mut query);
        match &self.open {
            Open::Nothing => {}
            Open::Panel(panel) => drop(query.append_pair("panel", panel)),
            Open::Resource(node, tab) => {
                query.append_pair("node", node);
                if *tab != TABS[0].0 {
                    query.append_pair("tab", tab);
                }
            }
        }
        if self.is_side_by_side {
            query.append_pair("side", "1");
        }
        let previous = if self.log.previous { "1" } else { "" };
        let log = [("container", self.log.container.as_str()), ("previous", previous), ("find", &self.log.words)];
        query.extend_pairs(log.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The path without a query.
    pub fn path(&self) -> String {
        format!("/applications/{}/{}", segment(&self.namespace), segment(&self.name))
    }

    /// The whole address.
    pub fn href(&self) -> String {
        format!("{}{}", self.path(), self.query())
    }

    /// Where forms are sent.
    pub fn action(&self, action: &str) -> String {
        format!("{}/{action}", self.path())
    }

    /// The same with something else.
    pub fn with(&self, change: impl FnOnce(&mut At)) -> At {
        let mut at = At { log: Default::default(), ..self.clone() };
        change(&mut at);
        at
    }

    /// The same with a resource open.
    pub fn at_node(&self, id: &str, tab: &'static str) -> String {
        self.with(|at| at.open = Open::Resource(id.to_owned(), tab)).href()
    }

    /// The same with a panel open.
    pub fn at_panel(&self, panel: &'static str) -> String {
        self.with(|at| at.open = Open::Panel(panel)).href()
    }

    /// The same with nothing open.
    pub fn closed(&self) -> String {
        self.with(|at| at.open = Open::Nothing).href()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_open_stands_in_the_address() {
        let query = "?view=list&q=web&node=apps%2FDeployment%2Fshop%2Fweb&tab=diff&side=1";
        let at = At::read("argocd", "shop", Some(&query[1..]));
        assert_eq!(at.open, Open::Resource("apps/Deployment/shop/web".to_owned(), "diff"));
        assert_eq!(at.query(), query);
        assert_eq!(at.closed(), "/applications/argocd/shop?view=list&q=web&side=1");
        assert_eq!(At::read("a", "b", Some("panel=nothing&tab=x&view=y")).href(), "/applications/a/b");
    }
}
