//! One call of a route, after who calls and whether they may has been settled.

use crate::index::Entry;
use crate::problem::Problem;
use crate::site::Site;
use crate::who::Who;
use bytes::Bytes;
use http::HeaderMap;
use rbac::{Request, Resource};
use serde_json::Value;
use std::sync::Arc;

/// One call.
pub struct Call {
    /// The server.
    pub site: Arc<Site>,
    /// Who calls.
    pub who: Who,
    /// What the call says.
    pub asked: Asked,
    /// The application it is about, where the route's rule names one.
    pub application: Option<Arc<Entry>>,
}

/// What a call says.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What the path holds in the places of its names.
    pub path: Vec<(String, String)>,
    /// The query, in order.
    pub query: Vec<(String, String)>,
    /// The body; null when there is none.
    pub body: Value,
    /// The body as it came.
    pub raw: Bytes,
    /// The headers.
    pub headers: HeaderMap,
}

impl Asked {
    /// What stands in the path in place of `{name}`.
    #[must_use]
    pub fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// The first value of a query parameter; empty when there is none.
    #[must_use]
    pub fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// All values of a query parameter, without empty ones.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.query.iter().filter(|(own, value)| own == name && !value.is_empty());
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a query parameter, or else a field of the body, is true.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.query(name) == "true" || self.body.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A text field of the body; empty when there is none.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A query parameter, or else a text field of the body.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.query(name) {
            "" => self.field(name),
            text => text,
        }
    }
}

impl Call {
    /// Whether whoever calls may also do this.
    #[must_use]
    pub fn may(&self, resource: Resource, action: &str, object: &str) -> bool {
        let said = self.site.plane.now();
        said.authority.decide(&self.who.subject, Request { resource, action, object }).is_allowed()
    }

    /// The same, refused in upstream's words.
    ///
    /// # Errors
    /// They may not.
    pub fn must(&self, resource: Resource, action: &str, object: &str) -> Result<(), Problem> {
        if self.may(resource, action, object) { Ok(()) } else { Err(Problem::denied()) }
    }

    /// The application that the route's rule has found.
    ///
    /// # Errors
    /// Where the rule names none, which the route table's tests exclude.
    pub fn entry(&self) -> Result<&Arc<Entry>, Problem> {
        self.application.as_ref().ok_or_else(Problem::denied)
    }
}
