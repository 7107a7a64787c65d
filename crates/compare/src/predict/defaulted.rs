//! Filling in what Kubernetes fills in, and nothing else.

use object::Gvk;
use serde_json::{Map, Value};

/// The object with the defaults of its kind added where it says nothing. What it says stays as it is written: an object
/// with a field its type does not know was not brought into canonical form before, and is not now.
pub(super) fn with_defaults(gvk: &Gvk, mut value: Value) -> Value {
    let mut defaulted = value.clone();
    defaults::apply(gvk, &mut defaulted);
    if let Some(defaulted) = defaulted.as_object_mut() {
        // An empty status is how its kind is written, not a default.
        defaulted.remove("status");
    }
    fill(&mut value, defaulted);
    value
}

fn fill(value: &mut Value, defaulted: Value) {
    match (value, defaulted) {
        (Value::Object(value), Value::Object(defaulted)) => fill_map(value, defaulted),
        (Value::Array(items), Value::Array(defaulted)) if items.len() == defaulted.len() => {
            items.iter_mut().zip(defaulted).for_each(|(item, defaulted)| fill(item, defaulted));
        }
        _ => {}
    }
}

fn fill_map(value: &mut Map<String, Value>, defaulted: Map<String, Value>) {
    for (key, defaulted) in defaulted {
        match value.get_mut(&key) {
            Some(value) => fill(value, defaulted),
            None if defaulted.is_null() => {}
            None => {
                value.insert(key, defaulted);
            }
        }
    }
}
