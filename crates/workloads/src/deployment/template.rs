//! When two pod templates are the same one.

use serde_json::{Map, Value};

/// The label that tells the ReplicaSets of a Deployment apart.
pub const HASH_LABEL: &str = "pod-template-hash";

/// Whether the templates are equal but for the hash label. Absent, null and empty are one thing for lists and maps of
/// text, as in Kubernetes' semantic comparison; an empty object is something.
#[must_use]
pub fn same_template(one: &Value, other: &Value) -> bool {
    same(one, other, "")
}

/// Maps of text: empty and absent do not differ.
const TEXT_MAPS: [&str; 5] = ["labels", "annotations", "nodeSelector", "limits", "requests"];

fn same(one: &Value, other: &Value, field: &str) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let within = |from: &Map<String, Value>, to: &Map<String, Value>| {
                from.iter().filter(|(key, _)| !(field == "labels" && *key == HASH_LABEL)).all(|(key, value)| {
                    match to.get(key) {
                        Some(counterpart) => same(value, counterpart, key),
                        None => is_nothing(value, key),
                    }
                })
            };
            within(one, other) && within(other, one)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other, ""))
        }
        (one, other) => one == other || (is_nothing(one, field) && is_nothing(other, field)),
    }
}

fn is_nothing(value: &Value, field: &str) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => {
            TEXT_MAPS.contains(&field) && map.keys().all(|key| field == "labels" && key == HASH_LABEL)
        }
        _ => false,
    }
}
