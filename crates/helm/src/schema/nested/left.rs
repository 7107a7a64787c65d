//! What no keyword has looked at yet: `unevaluatedProperties` and `unevaluatedItems` judge it.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Names of properties and indices of items; `None` while nobody asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Left {
    pub(super) properties: Option<BTreeSet<String>>,
    pub(super) items: Option<BTreeSet<usize>>,
}

impl Left {
    /// For `value` under `schema`, whose caller asks when `self` says so.
    pub(super) fn of(self, schema: &Map<String, Value>, value: &Value) -> Left {
        let mut left = Left::default();
        match value {
            Value::Object(map) => {
                let asks = self.properties.is_some() || schema.contains_key("unevaluatedProperties");
                if asks {
                    left.properties = Some(map.keys().cloned().collect());
                }
            }
            Value::Array(items) => {
                let asks = self.items.is_some() || schema.contains_key("unevaluatedItems");
                if asks {
                    left.items = Some((0..items.len()).collect());
                }
            }
            _ => {}
        }
        left
    }

    pub(super) fn property(&mut self, name: &str) {
        if let Some(left) = &mut self.properties {
            left.remove(name);
        }
    }

    pub(super) fn item(&mut self, index: usize) {
        if let Some(left) = &mut self.items {
            left.remove(&index);
        }
    }

    /// Takes away what another schema of the same value has looked at.
    pub(super) fn keep_common(&mut self, other: &Left) {
        if let (Some(own), Some(other)) = (&mut self.properties, &other.properties) {
            own.retain(|name| other.contains(name));
        }
        if let (Some(own), Some(other)) = (&mut self.items, &other.items) {
            own.retain(|index| other.contains(index));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.properties.as_ref().is_none_or(BTreeSet::is_empty) && self.items.as_ref().is_none_or(BTreeSet::is_empty)
    }
}
