//! Taking away from one value what another does not have.

use serde_json::{Map, Value};

/// `value` with only those fields of objects that `pattern` has. Lists are walked item by item, by position; items
/// beyond the pattern's last are kept as they are.
pub(crate) fn restrict(pattern: &Value, value: Value) -> Value {
    match (pattern, value) {
        (Value::Object(pattern), Value::Object(value)) => Value::Object(restrict_map(pattern, value)),
        (Value::Array(pattern), Value::Array(items)) => Value::Array(restrict_list(pattern, items)),
        (_, value) => value,
    }
}

fn restrict_map(pattern: &Map<String, Value>, value: Map<String, Value>) -> Map<String, Value> {
    let kept = value.into_iter().filter_map(|(key, value)| {
        let restricted = restrict(pattern.get(&key)?, value);
        Some((key, restricted))
    });
    kept.collect()
}

fn restrict_list(pattern: &[Value], items: Vec<Value>) -> Vec<Value> {
    let restricted = items.into_iter().enumerate().map(|(index, item)| match pattern.get(index) {
        Some(pattern) => restrict(pattern, item),
        None => item,
    });
    restricted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_restricted_by_position() {
        let pattern = json!({"list": [{"a": 1}], "gone": 1});
        let value = json!({"list": [{"a": 2, "default": 3}, {"extra": 4}], "default": 5});
        assert_eq!(restrict(&pattern, value), json!({"list": [{"a": 2}, {"extra": 4}]}));
    }
}
