//! Data that no longer changes: what a values file, a chart or a cached render input is kept as. Shared between threads
//! and renders; a [`crate::Map`] made from it copies only the levels that a template writes to.

use crate::text::Text;
use crate::types::IntKind;
use serde_json::Value as Json;
use std::sync::Arc;

/// An immutable value: JSON's forms plus Go's integers. Cloning never copies content.
#[derive(Debug, Clone, PartialEq)]
pub enum Frozen {
    /// null.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer of a Go type: from `--set`, or counted by the program.
    Int(i64, IntKind),
    /// A number: everything numeric that YAML or JSON holds is a `float64` to a template.
    Float(f64),
    /// A string.
    Str(Text),
    /// A list: `[]interface {}`.
    List(Arc<[Frozen]>),
    /// A map: `map[string]interface {}`.
    Map(Arc<FrozenMap>),
}

/// The entries of an immutable map, sorted by the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrozenMap(Box<[(Text, Frozen)]>);

impl FrozenMap {
    /// The map of `entries`; of two with one key the later stays.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (Text, Frozen)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        FrozenMap(entries.into())
    }

    /// Its entries, sorted by key.
    #[must_use]
    pub fn entries(&self) -> &[(Text, Frozen)] {
        &self.0
    }

    /// Where `key` is among the entries.
    #[must_use]
    pub fn position(&self, key: &[u8]) -> Option<usize> {
        self.0.binary_search_by(|(candidate, _)| candidate.as_bytes().cmp(key)).ok()
    }

    /// What `key` holds.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Frozen> {
        self.position(key).map(|at| &self.0[at].1)
    }
}

/// Every JSON number becomes a `float64`, as Go's YAML and JSON readers give templates.
impl From<&Json> for Frozen {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Frozen::Nil,
            Json::Bool(value) => Frozen::Bool(*value),
            Json::Number(number) => Frozen::Float(number.as_f64().unwrap_or_default()),
            Json::String(text) => Frozen::Str(text.as_str().into()),
            Json::Array(items) => Frozen::List(items.iter().map(Frozen::from).collect()),
            Json::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.as_str().into(), Frozen::from(value)));
                Frozen::Map(Arc::new(FrozenMap::new(entries)))
            }
        }
    }
}
