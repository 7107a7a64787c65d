//! The objects that routes are read from. A leaf module.

use crate::reading::{name, namespace};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A kind, by group and name.
pub type Kind = (&'static str, &'static str);

/// What is behind everything: names, addresses, who is ready.
pub const SERVICE: Kind = ("", "Service");
/// The addresses behind a Service.
pub const ENDPOINT_SLICE: Kind = ("discovery.k8s.io", "EndpointSlice");
/// Who answers.
pub const POD: Kind = ("", "Pod");

/// Objects by kind, namespace and name.
#[derive(Debug, Clone, Default)]
pub struct Objects(BTreeMap<Kind, BTreeMap<(String, String), Arc<Value>>>);

impl Objects {
    /// Adds an object of a kind.
    pub fn insert(&mut self, kind: Kind, object: Arc<Value>) {
        let place = (namespace(&object).to_owned(), name(&object).to_owned());
        self.0.entry(kind).or_default().insert(place, object);
    }

    /// All of a kind, by namespace and name.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.0.get(&kind).into_iter().flat_map(BTreeMap::values).map(Arc::as_ref)
    }

    /// All of a kind in a namespace.
    pub fn within<'o>(&'o self, kind: Kind, place: &'o str) -> impl Iterator<Item = &'o Value> {
        self.all(kind).filter(move |object| namespace(object) == place)
    }

    /// One object.
    #[must_use]
    pub fn find(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Value> {
        self.0.get(&kind)?.get(&(namespace.to_owned(), name.to_owned())).map(Arc::as_ref)
    }
}
