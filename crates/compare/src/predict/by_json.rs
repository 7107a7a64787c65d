//! Kinds nothing is known of: maps merge, lists are one value.

use super::Prediction;
use crate::restrict::restrict;
use serde_json::{Map, Value};

/// Applies by JSON merge patch. What a server filled in is told apart by being in no manifest: the patch is made
/// against the live object without it and applied to the whole.
pub(super) fn predict(applied: &Value, desired: &Value, live: &Value) -> Prediction {
    let declared = restrict(applied, live.clone());
    let mut predicted = live.clone();
    apply_changes(&declared, desired, &mut predicted);
    delete_undesired(applied, desired, &mut predicted);
    Prediction { live: live.clone(), predicted }
}

/// Sets in `target` whatever `desired` has other than `declared`. A null in a merge patch deletes, and kubectl keeps
/// such changes out of this half.
fn apply_changes(declared: &Value, desired: &Value, target: &mut Value) {
    let Value::Object(desired) = desired else { return };
    let nothing = Map::new();
    let declared = declared.as_object().unwrap_or(&nothing);
    for (key, wanted) in desired.iter().filter(|(_, wanted)| !wanted.is_null()) {
        let current = declared.get(key);
        if current == Some(wanted) {
            continue;
        }
        let Some(target) = target.as_object_mut() else { return };
        match (wanted, current) {
            (Value::Object(_), Some(Value::Object(_))) => {
                let slot = target.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
                apply_changes(current.unwrap_or(&Value::Null), wanted, slot);
            }
            _ => {
                target.insert(key.clone(), without_nulls(wanted.clone()));
            }
        }
    }
}

/// Takes from `target` whatever `applied` has and `desired` has not, or has as null.
fn delete_undesired(applied: &Value, desired: &Value, target: &mut Value) {
    let (Value::Object(applied), Value::Object(desired)) = (applied, desired) else { return };
    let Some(target) = target.as_object_mut() else { return };
    for (key, applied) in applied {
        match desired.get(key) {
            None => {
                target.remove(key);
            }
            Some(Value::Null) if !applied.is_null() => {
                target.remove(key);
            }
            Some(desired) => {
                if let Some(target) = target.get_mut(key) {
                    delete_undesired(applied, desired, target);
                }
            }
        }
    }
}

/// A merge patch cannot set a null inside an object.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        other => other,
    }
}
