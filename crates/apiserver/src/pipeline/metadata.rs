//! The server's own part of an object's metadata: what clients may not set, and what identifies an object.

use super::request::Writing;
use crate::error::ApiError;
use serde_json::{Map, Value};

/// Fields of metadata that only the server writes.
const SERVER_OWNED: [&str; 5] =
    ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

/// The text of a metadata field, empty when there is none.
pub fn text<'v>(object: &'v Value, field: &str) -> &'v str {
    object.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_str).unwrap_or_default()
}

/// The metadata, made when there is none.
pub fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    let map = object.as_object_mut().expect("invariant: it was made a map above");
    let metadata = map.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    if !metadata.is_object() {
        *metadata = Value::Object(Map::new());
    }
    metadata.as_object_mut().expect("invariant: it was made a map above")
}

/// Whether the object is being deleted.
pub fn is_terminating(object: &Value) -> bool {
    !text(object, "deletionTimestamp").is_empty()
}

/// The finalizers.
pub fn finalizers(object: &Value) -> Vec<String> {
    let list = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Sets the finalizers, leaving none behind as an empty list.
pub fn set_finalizers(object: &mut Value, finalizers: Vec<String>) {
    let metadata = metadata_mut(object);
    if finalizers.is_empty() {
        metadata.remove("finalizers");
    } else {
        metadata.insert("finalizers".to_owned(), finalizers.into());
    }
}

/// The object's namespace must be the request's, or be left out.
pub fn check_namespace(writing: &Writing<'_>, object: &mut Value) -> Result<(), ApiError> {
    let given = text(object, "namespace");
    if !writing.served.resource.is_namespaced() {
        // Compat: a namespace on a cluster-scoped object is refused by validation, not here.
        return Ok(());
    }
    if given.is_empty() {
        metadata_mut(object).insert("namespace".to_owned(), writing.namespace.into());
        return Ok(());
    }
    if given == writing.namespace {
        return Ok(());
    }
    Err(ApiError::bad_request("the namespace of the provided object does not match the namespace sent on the request"))
}

/// Fills in what only the server writes where a change leaves it out; what it sets otherwise is for validation to
/// refuse.
pub fn keep_server_owned(new: &mut Value, old: &Value) {
    let empty = Map::new();
    let old = old.get("metadata").and_then(Value::as_object).unwrap_or(&empty);
    let metadata = metadata_mut(new);
    for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let is_missing = metadata.get(field).is_none_or(|value| value.is_null() || value == "");
        match old.get(field) {
            Some(value) if is_missing || field == "deletionTimestamp" => {
                metadata.insert(field.to_owned(), value.clone());
            }
            None if is_missing => {
                metadata.remove(field);
            }
            _ => {}
        }
    }
    metadata.remove("selfLink");
}

/// Removes what a client may not bring to a creation.
pub fn strip_server_owned(object: &mut Value) {
    let metadata = metadata_mut(object);
    for field in SERVER_OWNED {
        metadata.remove(field);
    }
    metadata.remove("resourceVersion");
}
