//! Reading definitions that may hold anything.

use kinds::{Errors, Path};
use serde_json::{Map, Value};

/// The text at a key; empty where there is none.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The map at a key; `None` where there is none.
pub fn map<'v>(value: &'v Value, key: &str) -> Option<&'v Map<String, Value>> {
    value.get(key).and_then(Value::as_object)
}

/// The items at a key.
pub fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A path into an object as columns and the scale subresource have it: `.spec.replicas`, `.metadata.labels['a.b']`.
pub fn check_simple_path(at: &Path<'_>, path: &str, errors: &mut Errors) {
    if path.is_empty() {
        errors.required(at, "");
    } else if !path.starts_with('.') {
        errors.invalid_text(at, path, "must be a simple json path starting with .");
    }
}
