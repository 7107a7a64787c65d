//! What the server resets, keeps and counts when custom resources are written.

use kinds::Part;
use serde_json::Value;

/// Whether there is a status that only the status subresource writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// There is.
    Separate,
    /// It is an ordinary field, or there is none.
    Ordinary,
}

/// What the server resets and adds at a creation.
pub fn prepare_create(value: &mut Value, status: Status) {
    if let Some(map) = value.as_object_mut().filter(|_| status == Status::Separate) {
        map.remove("status");
    }
    value["metadata"]["generation"] = 1.into();
}

/// Keeps what a write may not change, and counts the generation.
pub fn prepare_update(part: Part<'_>, new: &mut Value, old: &Value, status: Status) {
    if part == Part::Status {
        keep_all_but_status(new, old);
    } else if status == Status::Separate {
        copy(new, old, "status");
    }
    let generation = old.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
    let counted = |value: &Value| {
        let mut map = value.as_object().cloned().unwrap_or_default();
        map.remove("metadata");
        map.remove("apiVersion");
        if status == Status::Separate {
            map.remove("status");
        }
        map
    };
    let changed = part != Part::Status && counted(new) != counted(old);
    new["metadata"]["generation"] = (generation + i64::from(changed)).into();
}

fn copy(new: &mut Value, old: &Value, field: &str) {
    let Some(map) = new.as_object_mut() else { return };
    match old.get(field) {
        Some(value) => map.insert(field.to_owned(), value.clone()),
        None => map.remove(field),
    };
}

fn keep_all_but_status(new: &mut Value, old: &Value) {
    let status = new.get("status").cloned();
    let managers = new.pointer("/metadata/managedFields").cloned();
    let revision = new.pointer("/metadata/resourceVersion").cloned();
    *new = old.clone();
    let Some(map) = new.as_object_mut() else { return };
    match status {
        Some(status) => map.insert("status".to_owned(), status),
        None => map.remove("status"),
    };
    let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    for (field, value) in [("managedFields", managers), ("resourceVersion", revision)] {
        match value {
            Some(value) => metadata.insert(field.to_owned(), value),
            None => metadata.remove(field),
        };
    }
}
