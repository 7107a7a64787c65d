//! The patch that `kubectl apply` sends for kinds whose types it does not know: a merge patch of what the manifest
//! changes, and of what it had when it was last applied and has no more.

use crate::merge_patch;
use serde_json::{Map, Value};

/// The merge patch for `current`, where `original` was applied last and `modified` is to be applied now.
#[must_use]
pub fn create(original: &Value, modified: &Value, current: &Value) -> Value {
    let changes = without_nulls(&merge_patch::create(current, modified));
    let deletions = only_nulls(&merge_patch::create(original, modified));
    merge_patch::apply(&deletions, &changes)
}

/// The patch without deletions.
fn without_nulls(patch: &Value) -> Value {
    filter(patch, |value| (!value.is_null()).then(|| value.clone()))
}

/// The deletions of the patch.
fn only_nulls(patch: &Value) -> Value {
    filter(patch, |value| value.is_null().then_some(Value::Null))
}

/// Keeps what `keep` keeps of scalars, lists and empty maps; maps that become empty go.
fn filter(patch: &Value, keep: impl Fn(&Value) -> Option<Value> + Copy) -> Value {
    let mut out = Map::new();
    for (key, value) in patch.as_object().into_iter().flatten() {
        let kept = match value.as_object() {
            Some(map) if !map.is_empty() => {
                Some(filter(value, keep)).filter(|kept| kept.as_object().is_some_and(|kept| !kept.is_empty()))
            }
            _ => keep(value),
        };
        if let Some(kept) = kept {
            out.insert(key.clone(), kept);
        }
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_applied_and_is_gone_is_deleted_and_the_rest_is_left_alone() {
        let original = json!({"spec": {"a": 1, "gone": 1, "map": {"x": 1}}});
        let modified = json!({"spec": {"a": 2, "map": {}, "list": [1], "empty": {}}});
        let current = json!({"spec": {"a": 1, "gone": 5, "map": {"x": 1, "theirs": 1}, "theirs": true, "list": [2]}});
        let patch = json!({"spec": {"a": 2, "gone": null, "map": {"x": null}, "list": [1], "empty": {}}});
        assert_eq!(create(&original, &modified, &current), patch);
    }
}
