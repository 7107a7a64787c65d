//! Dropping what a schema does not declare, and telling what was dropped.

use super::node::Node;
use serde_json::Value;

/// Fields of every object, declared or not.
const OBJECT_FIELDS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Drops undeclared fields of a custom resource; gives their paths in the order of the tree.
pub fn prune(value: &mut Value, schema: &Node) -> Vec<String> {
    let mut dropped = Vec::new();
    prune_at(value, Some(schema), true, "", &mut dropped);
    dropped
}

fn prune_at(value: &mut Value, schema: Option<&Node>, is_object_root: bool, path: &str, dropped: &mut Vec<String>) {
    let preserves = schema.is_some_and(|schema| schema.preserves_unknown);
    match value {
        Value::Object(map) => {
            let mut gone = Vec::new();
            for (key, child) in map.iter_mut() {
                if is_object_root && OBJECT_FIELDS.contains(&key.as_str()) {
                    continue;
                }
                let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let declared = schema.and_then(|schema| schema.properties.get(key));
                match declared.or_else(|| schema.and_then(|schema| schema.additional.as_deref())) {
                    Some(node) => prune_at(child, Some(node), node.is_embedded, &here, dropped),
                    None if preserves => {}
                    None => {
                        gone.push(key.clone());
                        dropped.push(here);
                    }
                }
            }
            for key in gone {
                map.remove(&key);
            }
        }
        Value::Array(items) if !(preserves && schema.is_some_and(|schema| schema.items.is_none())) => {
            let node = schema.and_then(|schema| schema.items.as_deref());
            for (index, item) in items.iter_mut().enumerate() {
                let is_embedded = node.is_some_and(|node| node.is_embedded);
                prune_at(item, node, is_embedded, &format!("{path}[{index}]"), dropped);
            }
        }
        _ => {}
    }
}

/// The objects within a custom resource, with their paths: their metadata is read as every object's is.
pub fn embedded<'v>(value: &'v mut Value, schema: &Node, path: &str, visit: &mut dyn FnMut(&str, &'v mut Value)) {
    if schema.is_embedded {
        visit(path, value);
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, child) in map.iter_mut() {
                let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let declared = schema.properties.get(key).or(schema.additional.as_deref());
                if let Some(node) = declared {
                    embedded(child, node, &here, visit);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                if let Some(node) = &schema.items {
                    embedded(item, node, &format!("{path}[{index}]"), visit);
                }
            }
        }
        _ => {}
    }
}
