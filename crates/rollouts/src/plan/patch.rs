//! The smallest merge patch between two values (RFC 7386): what is written of a status is what changed of it.

use serde_json::{Map, Value};

/// The merge patch that makes `to` of `from`; `None` when they are equal. Lists are values as a whole.
#[must_use]
pub fn merge_patch(from: &Value, to: &Value) -> Option<Value> {
    match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            let changed = to.iter().filter_map(|(key, value)| {
                let change = from.get(key).map_or_else(|| Some(value.clone()), |old| merge_patch(old, value));
                Some((key.clone(), change?))
            });
            let mut patch: Map<String, Value> = changed.collect();
            patch.extend(from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), Value::Null)));
            (!patch.is_empty()).then_some(Value::Object(patch))
        }
        (from, to) if from == to => None,
        (_, to) => Some(to.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_changed_is_in_it() {
        let from = json!({"phase": "Paused", "pauseConditions": [{"reason": "x"}], "canary": {"weights": {"a": 1}}});
        let to = json!({"phase": "Healthy", "canary": {"weights": {"a": 1}, "b": 2}});
        let patch = json!({"phase": "Healthy", "pauseConditions": null, "canary": {"b": 2}});
        assert_eq!(merge_patch(&from, &to), Some(patch));
        assert_eq!(merge_patch(&to, &to), None);
    }
}
