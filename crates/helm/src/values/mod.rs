//! Values: those a chart brings and those a user gives, before they are coalesced.
//!
//! A user's values are kept as JSON in which an integer is a Go `int64` (only `--set` makes them) and every other number
//! a `float64`, as YAML and JSON give it. Start reading at [`UserValues`].

mod document;
mod sources;

pub(crate) use document::{decoding, read_defaults, read_document, read_entries, read_table, split as documents};
pub use sources::{Source, SourceError, UserValues};

use gotemplate::{Frozen, FrozenMap, IntKind};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The key under which values are shared with all charts.
pub(crate) const GLOBAL: &str = "global";

/// `value` as templates will see it: integers are `int64`, every other number `float64`.
pub(crate) fn freeze(value: &Value) -> Frozen {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Frozen::Int(integer, IntKind::Int64),
            None => Frozen::Float(number.as_f64().unwrap_or_default()),
        },
        Value::Array(items) => Frozen::List(items.iter().map(freeze).collect()),
        Value::Object(map) => Frozen::Map(freeze_map(map)),
        other => Frozen::from(other),
    }
}

pub(crate) fn freeze_map(map: &Map<String, Value>) -> Arc<FrozenMap> {
    Arc::new(FrozenMap::new(map.iter().map(|(key, value)| (key.as_str().into(), freeze(value)))))
}

/// Turns every number into a `float64`, as Go reads them from YAML and JSON.
pub(crate) fn numbers_to_floats(value: &mut Value) {
    match value {
        Value::Number(number) if !number.is_f64() => {
            if let Some(float) = number.as_f64().and_then(serde_json::Number::from_f64) {
                *number = float;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(numbers_to_floats),
        Value::Object(map) => map.values_mut().for_each(numbers_to_floats),
        _ => {}
    }
}

/// Puts `over` on top of `under`: maps are merged, everything else is replaced, nulls too.
pub(crate) fn merge_maps(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => merge_maps(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}
