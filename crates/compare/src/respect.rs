//! What is applied where ignored fields are to keep their live values (`RespectIgnoreDifferences=true`).

use crate::rules::Rules;
use merge::{merge_patch, strategic};
use object::{Object, pointer_remove};
use schema::Schema;
use serde_json::{Map, Value};

/// The desired object with the live object's values in every field that does not count. Fields that count are as
/// desired, and the live object's status is left aside.
///
/// Guarantees: without rules that concern the object it is the desired object itself.
#[must_use]
pub fn respecting_ignored(desired: &Object, live: &Object, rules: &Rules, schema: &Schema) -> Object {
    let gvk = desired.gvk();
    let namespace = desired.namespace().or(live.namespace()).unwrap_or_default();
    if !rules.concern(gvk, desired.name(), namespace) {
        return desired.clone();
    }
    let without_status = |mut value: Value| {
        let _ = pointer_remove(&mut value, "/status");
        value
    };
    let live_whole = without_status(live.value());
    let (mut desired_kept, mut live_kept) = (desired.value(), live_whole.clone());
    crate::managers::remove_managed(gvk, &mut desired_kept, &mut live_kept, rules, schema);
    rules.remove_ignored(gvk, &mut desired_kept);
    rules.remove_ignored(gvk, &mut live_kept);
    let live_kept = without_status(live_kept);
    let ty = crate::known::known_type(schema, gvk);
    let patched = match &ty {
        Some(ty) => strategic::two_way(&live_kept, &live_whole, ty)
            .and_then(|patch| strategic::apply(&desired_kept, &patch, ty))
            .ok(),
        None => Some(merge_patch::apply(&desired_kept, &merge_patch::create(&live_kept, &live_whole))),
    };
    let Some(mut patched) = patched else { return desired.clone() };
    restore_siblings(&mut patched, &desired.value(), &live_kept, &live_whole);
    Object::from_value(&patched).unwrap_or_else(|_| desired.clone())
}

/// Where a whole list was taken from the live object, although rules take away only parts of its items, the rest of
/// each item is as desired again.
// Compat: what replaces lists as a whole must not clobber fields beside those that are ignored.
fn restore_siblings(patched: &mut Value, desired: &Value, live_kept: &Value, live_whole: &Value) {
    match (patched, desired, live_kept, live_whole) {
        (Value::Object(patched), Value::Object(desired), Value::Object(kept), Value::Object(whole)) => {
            restore_map(patched, desired, kept, whole);
        }
        (Value::Array(patched), Value::Array(desired), Value::Array(kept), Value::Array(whole))
            if kept != whole && kept.len() == whole.len() && patched == whole && desired.len() == whole.len() =>
        {
            for (((patched, desired), kept), whole) in patched.iter_mut().zip(desired).zip(kept).zip(whole) {
                let ignored = merge_patch::create(kept, whole);
                *patched = merge_patch::apply(desired, &ignored);
            }
        }
        _ => {}
    }
}

fn restore_map(
    patched: &mut Map<String, Value>,
    desired: &Map<String, Value>,
    kept: &Map<String, Value>,
    whole: &Map<String, Value>,
) {
    for (key, patched) in patched.iter_mut() {
        if let (Some(desired), Some(kept), Some(whole)) = (desired.get(key), kept.get(key), whole.get(key)) {
            restore_siblings(patched, desired, kept, whole);
        }
    }
}
