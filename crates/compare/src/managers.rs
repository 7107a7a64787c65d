//! Fields that somebody trusted set (`managedFieldsManagers`): where they differ, the difference does not count.

use crate::known::known_type;
use crate::rules::Rules;
use merge::fields::Set;
use merge::managed::decode;
use merge::typed;
use object::Gvk;
use schema::{Schema, TypeRef};
use serde_json::Value;

/// Takes away from both sides every field that differs and that one of the trusted managers set on the live object.
// Compat: a field that is live alone goes from the live side; one that does not differ stays on both.
pub(crate) fn remove_managed(gvk: &Gvk, desired: &mut Value, live: &mut Value, rules: &Rules, schema: &Schema) {
    let text = |pointer| live.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let trusted = rules.managers(gvk, text("/metadata/name"), text("/metadata/namespace"));
    if trusted.is_empty() {
        return;
    }
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    // What cannot be read says nothing about who set what.
    let Ok(managers) = decode(entries.map_or(&[], Vec::as_slice)) else { return };
    let mut owned = Set::new();
    for (_, fields) in managers.iter().filter(|(manager, _)| trusted.contains(&*manager.name)) {
        owned.add(&fields.set);
    }
    let ty = known_type(schema, gvk).unwrap_or(TypeRef::Deduced);
    let differing = typed::compare(live, desired, &ty);
    let in_both = owned.intersection(&differing.modified);
    let in_live = owned.intersection(&differing.removed);
    if !in_both.is_empty() {
        *desired = typed::remove(desired, &in_both, &ty);
    }
    if !in_both.is_empty() || !in_live.is_empty() {
        *live = typed::remove(live, &in_both.union(&in_live), &ty);
    }
}
