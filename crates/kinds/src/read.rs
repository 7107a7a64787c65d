//! Short readers for trees whose types were checked when they were decoded: what is missing reads as empty, as the
//! zero value does in Kubernetes' own types.

use serde_json::{Map, Value};

/// The text at `key`, empty when there is none.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number at `key`, zero when there is none.
pub fn number(value: &Value, key: &str) -> i64 {
    given_number(value, key).unwrap_or_default()
}

/// The number at `key`, when there is one.
pub fn given_number(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// Whether the flag at `key` is set.
pub fn flag(value: &Value, key: &str) -> bool {
    given_flag(value, key).unwrap_or_default()
}

/// The flag at `key`, when it is given.
pub fn given_flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}

/// The items at `key`, none when there is no list.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The map at `key`, when there is one.
pub fn map<'v>(value: &'v Value, key: &str) -> Option<&'v Map<String, Value>> {
    value.get(key).and_then(Value::as_object)
}

/// The entries of the map at `key`, none when there is no map.
pub fn entries<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    map(value, key).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// What stands at `key`, null when there is nothing.
pub fn at<'v>(value: &'v Value, key: &str) -> &'v Value {
    value.get(key).unwrap_or(&Value::Null)
}

/// What stands at `key` when it is given and not null.
pub fn given<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).filter(|value| !value.is_null())
}

/// The map at `key`, made when it is missing. Anything else that stood there is replaced.
pub fn map_mut<'v>(value: &'v mut Value, key: &str) -> &'v mut Map<String, Value> {
    object_mut(object_mut(value).entry(key).or_insert_with(|| Value::Object(Map::new())))
}

/// The value as a map, made one when it is something else.
pub fn object_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("invariant: it was made a map above")
}

/// Sets `key` below `value` to what stands there in `source`, or removes it.
pub fn copy(value: &mut Value, source: &Value, key: &str) {
    let map = object_mut(value);
    match source.get(key) {
        Some(old) => map.insert(key.to_owned(), old.clone()),
        None => map.remove(key),
    };
}

/// Removes `key`.
pub fn remove(value: &mut Value, key: &str) {
    if let Some(map) = value.as_object_mut() {
        map.remove(key);
    }
}

/// Sets `key`.
pub fn set(value: &mut Value, key: &str, new: impl Into<Value>) {
    object_mut(value).insert(key.to_owned(), new.into());
}

/// What stands at `key`, null put there when there is nothing.
pub fn at_mut<'v>(value: &'v mut Value, key: &str) -> &'v mut Value {
    object_mut(value).entry(key).or_insert(Value::Null)
}
