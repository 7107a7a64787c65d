//! JSON merge patch (RFC 7386): applied as the API server does, and computed from two documents.

use serde_json::{Map, Value};

/// Applies a merge patch.
///
/// Compat: nulls of the patch that delete nothing are dropped at every depth, even those in lists.
#[must_use]
pub fn apply(document: &Value, patch: &Value) -> Value {
    merge(document.clone(), patch.clone())
}

fn merge(document: Value, patch: Value) -> Value {
    match (document, patch) {
        (Value::Object(mut document), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    document.remove(&key);
                    continue;
                }
                let merged = match document.remove(&key) {
                    None | Some(Value::Null) => prune(value),
                    Some(current) => merge(current, value),
                };
                document.insert(key, merged);
            }
            Value::Object(document)
        }
        (Value::Object(_), patch) => patch,
        (_, patch) => prune(patch),
    }
}

fn prune(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, prune(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().filter(|v| !v.is_null()).map(prune).collect()),
        scalar => scalar,
    }
}

/// The merge patch that makes `modified` of `original`, but for nulls in `modified`, which a merge patch cannot say.
#[must_use]
pub fn create(original: &Value, modified: &Value) -> Value {
    let none = Map::new();
    let map = |value| Value::as_object(value).unwrap_or(&none).clone();
    Value::Object(diff(&map(original), &map(modified)))
}

fn diff(original: &Map<String, Value>, modified: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, old) in original {
        match (old, modified.get(key)) {
            (_, None) => drop(patch.insert(key.clone(), Value::Null)),
            (Value::Object(old), Some(Value::Object(new))) => {
                let below = diff(old, new);
                if !below.is_empty() {
                    patch.insert(key.clone(), Value::Object(below));
                }
            }
            (old, Some(new)) if !crate::value::equal(old, new) => drop(patch.insert(key.clone(), new.clone())),
            _ => {}
        }
    }
    for (key, new) in modified.iter().filter(|(key, _)| !original.contains_key(*key)) {
        patch.insert(key.clone(), new.clone());
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_apply_as_the_server_applies_them() {
        let table = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1, null]}), json!({"a": [1]})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (document, patch, expected) in table {
            assert_eq!(apply(&document, &patch), expected, "{document} {patch}");
        }
    }

    #[test]
    fn a_created_patch_says_what_differs() {
        let original = json!({"same": 1, "gone": 1, "deep": {"a": 1, "b": 2}, "list": [1], "kind": {"a": 1}});
        let modified = json!({"same": 1.0, "deep": {"a": 1, "b": 3}, "list": [2], "kind": "text", "new": {}});
        let patch = json!({"gone": null, "deep": {"b": 3}, "list": [2], "kind": "text", "new": {}});
        assert_eq!(create(&original, &modified), patch);
    }
}
