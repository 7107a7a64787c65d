//! A server's answer to a dry run, without what others than we would change: what admission webhooks put in does not
//! count unless asked for.

use crate::known::known_type;
use api::names::FIELD_MANAGER;
use merge::fields::Set;
use merge::managed::decode;
use merge::typed;
use object::Object;
use schema::{Schema, TypeRef};
use serde_json::Value;

/// The live object with the fields that the answer says are ours as the answer has them, and without those that were
/// ours and are no longer.
#[must_use]
pub fn owned_prediction(live: &Object, answered: &Value, schema: &Schema) -> Value {
    let ty = known_type(schema, live.gvk()).unwrap_or(TypeRef::Deduced);
    let live = live.value();
    let (before, now) = (owned(&live), owned(answered));
    let ours = typed::extract(answered, &now, &ty);
    let merged = typed::merge(&live, &ours, &ty).unwrap_or_else(|| live.clone());
    let dropped = before.difference(&now);
    if dropped.is_empty() { merged } else { typed::remove(&merged, &dropped, &ty) }
}

/// The fields that we apply, by the record on the object.
fn owned(value: &Value) -> Set {
    let entries = value.pointer("/metadata/managedFields").and_then(Value::as_array);
    let managers = decode(entries.map_or(&[], Vec::as_slice)).unwrap_or_default();
    let mut ours = Set::new();
    for (_, owned) in managers.iter().filter(|(manager, _)| manager.name == FIELD_MANAGER) {
        ours.add(&owned.set);
    }
    ours
}
