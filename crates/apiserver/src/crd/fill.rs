//! Filling in a schema's defaults.

use super::node::Node;
use serde_json::Value;

/// Fills in defaults; a null where none may stand counts as missing.
pub fn fill(value: &mut Value, schema: &Node) {
    match value {
        Value::Object(map) => {
            for (name, node) in &schema.properties {
                if !node.nullable && map.get(name).is_some_and(Value::is_null) {
                    map.remove(name);
                }
                if let Some(default) = node.default.as_ref().filter(|_| !map.contains_key(name)) {
                    map.insert(name.clone(), default.clone());
                }
                if let Some(child) = map.get_mut(name) {
                    fill(child, node);
                }
            }
            if let Some(node) = &schema.additional {
                let undeclared = map.iter_mut().filter(|(name, _)| !schema.properties.contains_key(*name));
                undeclared.for_each(|(_, child)| fill(child, node));
            }
        }
        Value::Array(items) => {
            if let Some(node) = &schema.items {
                items.iter_mut().for_each(|item| fill(item, node));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn defaults_reach_down_and_nulls_give_way() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "object", "default": {}, "properties": {"n": {"type": "integer", "default": 3}}},
            "l": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string", "default": "y"}}}},
            "keep": {"type": "string", "nullable": true},
            "drop": {"type": "string"},
        }});
        let mut value = json!({"l": [{}], "keep": null, "drop": null});
        fill(&mut value, &Node::compile(&schema));
        assert_eq!(value, json!({"a": {"n": 3}, "l": [{"x": "y"}], "keep": null}));
    }
}
