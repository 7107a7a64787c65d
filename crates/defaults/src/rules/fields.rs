//! Setting fields that are missing. Empty optional values were removed before, so missing and empty are one.

use serde_json::{Map, Value};

/// Sets a field that is missing.
pub fn default_to(object: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    if !object.contains_key(key) {
        object.insert(key.to_owned(), value.into());
    }
}

/// Sets a number that is missing or zero, for numbers that zero stands for "not given" in.
pub fn default_number(object: &mut Map<String, Value>, key: &str, number: i64) {
    if number_at(object, key) == 0 {
        object.insert(key.to_owned(), number.into());
    }
}

/// The text at `key`, empty when there is none.
pub fn text<'v>(object: &'v Map<String, Value>, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number at `key`, zero when there is none.
pub fn number_at(object: &Map<String, Value>, key: &str) -> i64 {
    object.get(key).and_then(Value::as_i64).unwrap_or_default()
}

/// The map at `key`, made when it is missing; `None` when something else stands there.
pub fn map<'v>(object: &'v mut Map<String, Value>, key: &str) -> Option<&'v mut Map<String, Value>> {
    object.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// The maps among the items at `key`.
pub fn items<'v>(object: &'v mut Map<String, Value>, key: &str) -> impl Iterator<Item = &'v mut Map<String, Value>> {
    object.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Adds the entries that are missing in `to`.
pub fn add_missing(to: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        default_to(to, key, value.clone());
    }
}
