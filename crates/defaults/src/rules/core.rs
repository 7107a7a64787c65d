//! Namespaces, nodes, secrets and limit ranges.

use super::fields::{add_missing, default_to, map, text};
use serde_json::{Map, Value};

pub fn namespace(namespace: &mut Map<String, Value>) {
    if let Some(metadata) = map(namespace, "metadata") {
        let name = text(metadata, "name").to_owned();
        if !name.is_empty()
            && let Some(labels) = map(metadata, "labels")
        {
            labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
        }
    }
    if let Some(status) = map(namespace, "status") {
        default_to(status, "phase", "Active");
    }
}

pub fn node_status(status: &mut Map<String, Value>) {
    if let Some(capacity) = status.get("capacity").cloned() {
        default_to(status, "allocatable", capacity);
    }
}

pub fn secret(secret: &mut Map<String, Value>) {
    default_to(secret, "type", "Opaque");
}

/// A container's default limit is the maximum, its default request the limit or else the minimum.
pub fn limit_range_item(item: &mut Map<String, Value>) {
    if text(item, "type") != "Container" {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let Some(Value::Object(amounts)) = item.get(from).cloned() else { continue };
        if let Some(map) = map(item, to) {
            add_missing(map, &amounts);
        }
    }
}
