//! The block of the Gateway API, as upstream's plugin reads it.

use crate::objects::Place;
use serde_json::Value;

const GROUP: &str = "gateway.networking.k8s.io";
const LABEL: &str = "rollouts.argoproj.io/gatewayapi-canary";
const LABEL_VALUE: &str = "in-progress";

/// A kind of route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteKind {
    /// An HTTPRoute.
    Http,
    /// A GRPCRoute.
    Grpc,
    /// A TCPRoute.
    Tcp,
    /// A TLSRoute.
    Tls,
}

impl RouteKind {
    const ALL: [RouteKind; 4] = [RouteKind::Http, RouteKind::Grpc, RouteKind::Tcp, RouteKind::Tls];

    /// Its group and kind.
    pub const fn group_kind(self) -> (&'static str, &'static str) {
        match self {
            RouteKind::Http => (GROUP, "HTTPRoute"),
            RouteKind::Grpc => (GROUP, "GRPCRoute"),
            RouteKind::Tcp => (GROUP, "TCPRoute"),
            RouteKind::Tls => (GROUP, "TLSRoute"),
        }
    }

    /// The field of the block for one route of it.
    pub const fn field(self) -> &'static str {
        match self {
            RouteKind::Http => "httpRoute",
            RouteKind::Grpc => "grpcRoute",
            RouteKind::Tcp => "tcpRoute",
            RouteKind::Tls => "tlsRoute",
        }
    }

    /// What is said when no rule leads to both versions.
    pub const fn not_found(self) -> &'static str {
        match self {
            RouteKind::Http => "backendRef was not found in httpRoute: no rule of spec.rules leads to both Services",
            RouteKind::Grpc => "backendRef was not found in grpcRoute: no rule of spec.rules leads to both Services",
            RouteKind::Tcp => "backendRef was not found in tcpRoute: no rule of spec.rules leads to both Services",
            RouteKind::Tls => "backendRef was not found in tlsRoute: no rule of spec.rules leads to both Services",
        }
    }

    /// Whether its rules can ask for headers.
    pub const fn has_headers(self) -> bool {
        matches!(self, RouteKind::Http | RouteKind::Grpc)
    }
}

/// A route that a Rollout names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its kind.
    pub kind: RouteKind,
    /// Its name.
    pub name: String,
    /// Whether steps may add rules for headers.
    pub takes_headers: bool,
}

impl Named {
    /// Where it is.
    pub fn place(&self, namespace: &str) -> Place {
        Place::new(self.kind.group_kind(), namespace, &self.name)
    }
}

/// The block.
pub struct Block<'a> {
    fields: &'a serde_json::Map<String, Value>,
}

impl<'a> Block<'a> {
    /// Reads the block.
    ///
    /// # Errors
    /// Which field is of a wrong type.
    pub fn read(block: &'a Value) -> Result<Self, String> {
        let fields = block.as_object().ok_or("it must be a mapping")?;
        for kind in RouteKind::ALL {
            let (one, several, selector) = names_of(kind);
            let is_text = fields.get(one).is_none_or(Value::is_string);
            let is_list =
                fields.get(&several).is_none_or(|list| list.as_array().is_some_and(|list| list.iter().all(is_named)));
            let is_selector = fields.get(&selector).is_none_or(Value::is_object);
            if !is_text {
                return Err(format!("{one} must be the name of a route"));
            }
            if !is_list {
                return Err(format!("{several} must be a list of routes, each with a name"));
            }
            if !is_selector {
                return Err(format!("{selector} must be a label selector"));
            }
        }
        Ok(Block { fields })
    }

    fn text(&self, field: &str) -> &'a str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The namespace of the routes.
    pub fn namespace_or<'n>(&self, own: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let namespace = self.text("namespace");
        if namespace.is_empty() { own } else { namespace }
    }

    /// The routes it names.
    pub fn named(&self) -> Vec<Named> {
        let mut named = Vec::new();
        for kind in RouteKind::ALL {
            let (one, several, _) = names_of(kind);
            for route in self.fields.get(&several).and_then(Value::as_array).into_iter().flatten() {
                let name = route["name"].as_str().unwrap_or_default().to_owned();
                named.push(Named { kind, name, takes_headers: route["useHeaderRoutes"] == true });
            }
            if !self.text(one).is_empty() {
                named.push(Named { kind, name: self.text(one).to_owned(), takes_headers: true });
            }
        }
        named
    }

    /// The labels by which it finds routes.
    pub fn selectors(&self) -> Vec<(RouteKind, &'a Value)> {
        let one = |kind| Some((kind, self.fields.get(&names_of(kind).2)?));
        RouteKind::ALL.into_iter().filter_map(one).collect()
    }

    /// The label of routes whose traffic is being shifted; `None` when it is not wanted.
    pub fn mark(&self) -> Option<(&'a str, &'a str)> {
        let or = |field: &str, usual: &'a str| if self.text(field).is_empty() { usual } else { self.text(field) };
        let is_wanted = self.fields.get("disableInProgressLabel") != Some(&Value::Bool(true));
        is_wanted.then(|| (or("inProgressLabelKey", LABEL), or("inProgressLabelValue", LABEL_VALUE)))
    }
}

/// The fields for one route of a kind, for several, and for a selector.
fn names_of(kind: RouteKind) -> (&'static str, String, String) {
    let one = kind.field();
    (one, format!("{one}s"), format!("{one}Selector"))
}

fn is_named(route: &Value) -> bool {
    route["name"].as_str().is_some_and(|name| !name.is_empty())
}

/// Whether a label selector selects an object. What cannot be read selects nothing.
pub fn fits(selector: &Value, object: &Value) -> bool {
    let label = |key: &str| object.pointer("/metadata/labels").and_then(|labels| labels.get(key)?.as_str());
    let pairs = selector["matchLabels"].as_object().into_iter().flatten();
    let rules = selector["matchExpressions"].as_array().into_iter().flatten();
    pairs.into_iter().all(|(key, value)| label(key) == value.as_str())
        && rules.into_iter().all(|rule| holds(rule, label))
}

fn holds<'l>(rule: &Value, label: impl Fn(&str) -> Option<&'l str>) -> bool {
    let found = label(rule["key"].as_str().unwrap_or_default());
    let is_listed = || {
        let values = rule["values"].as_array().into_iter().flatten();
        values.into_iter().any(|value| value.as_str() == found)
    };
    match rule["operator"].as_str().unwrap_or_default() {
        "In" => found.is_some() && is_listed(),
        "NotIn" => found.is_none() || !is_listed(),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        _ => false,
    }
}
