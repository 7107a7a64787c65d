//! A route: which requests, and what becomes of them. A leaf module but for its parts.

use crate::ask::Ask;
use crate::condition::Condition;
use crate::host::Host;
use crate::rewrite::{Redirect, Rewrite};
use crate::sticky::Sticky;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Which requests go where.
#[derive(Debug, Clone)]
pub struct Route {
    /// The object that says so.
    pub origin: Origin,
    /// For which hosts.
    pub hosts: Vec<Host>,
    /// The path as the object writes it, by which another of its kind takes a part of it.
    pub path: String,
    /// What must hold of a request, all of it.
    pub conditions: Vec<Condition>,
    /// How particular it is: of all routes that could answer the most particular does, and of equals the first.
    pub rank: Rank,
    /// Where the requests go.
    pub shares: Vec<Share>,
    /// Where copies of some of them go.
    pub mirrors: Vec<Mirror>,
    /// How clients stay where they were sent first, if they do.
    pub sticky: Option<Sticky>,
    /// What becomes of the path.
    pub rewrite: Option<Rewrite>,
    /// Where clients are sent instead.
    pub redirect: Option<Redirect>,
    /// Why it cannot answer.
    pub problem: Option<String>,
}

/// How particular a route is, most important part first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub [u32; 4]);

/// The object that a route is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// A share of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who gets it.
    pub backend: Backend,
    /// Its part of the sum of all weights.
    pub weight: u32,
}

/// Copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirror {
    /// Who gets them.
    pub backend: Backend,
    /// Of how many requests in a million.
    pub per_million: u64,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// The pods behind a Service.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The port, as the router names it.
        port: Port,
        /// Only pods with these labels.
        labels: BTreeMap<String, String>,
    },
    /// All pods with these labels.
    Pods {
        /// Their namespace.
        namespace: String,
        /// The labels; none select none.
        labels: BTreeMap<String, String>,
    },
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// Whichever there is.
    Any,
    /// By number.
    Number(u64),
    /// By name.
    Named(String),
}

impl Port {
    /// A number, a name, or a number written as text.
    #[must_use]
    pub fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Number(number)) => number.as_u64().map_or(Port::Any, Port::Number),
            Some(Value::String(text)) if !text.is_empty() => {
                text.parse().map_or_else(|_| Port::Named(text.clone()), Port::Number)
            }
            _ => Port::Any,
        }
    }
}

impl Backend {
    /// The pods behind a Service.
    #[must_use]
    pub fn service(namespace: &str, name: &str, port: Port) -> Self {
        Backend::Service { namespace: namespace.to_owned(), name: name.to_owned(), port, labels: BTreeMap::new() }
    }
}

impl Origin {
    /// The object of a kind.
    #[must_use]
    pub fn of(kind: &'static str, object: &Value) -> Self {
        let text = |pointer: &str| crate::reading::text(object, pointer).to_owned();
        Origin { kind, namespace: text("/metadata/namespace"), name: text("/metadata/name") }
    }
}

impl Route {
    /// A route of an object that answers everything for any host, and has nowhere to send it yet.
    #[must_use]
    pub fn of(kind: &'static str, object: &Value) -> Self {
        Route {
            origin: Origin::of(kind, object),
            hosts: vec![Host::Any],
            path: String::new(),
            conditions: Vec::new(),
            rank: Rank::default(),
            shares: Vec::new(),
            mirrors: Vec::new(),
            sticky: None,
            rewrite: None,
            redirect: None,
            problem: None,
        }
    }

    /// Whether it answers such a request; its host is not looked at.
    #[must_use]
    pub fn answers(&self, ask: &Ask) -> bool {
        self.conditions.iter().all(|condition| condition.holds(ask))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = match self {
            Backend::Service { namespace, name, labels, .. } => {
                write!(f, "Service {namespace}/{name}")?;
                labels
            }
            Backend::Pods { namespace, labels } => {
                write!(f, "pods of {namespace}")?;
                labels
            }
        };
        labels.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}
