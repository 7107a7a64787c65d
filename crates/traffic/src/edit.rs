//! An object before and after as the writes that make the one of the other. A leaf module but for the words of writes.

use crate::objects::Place;
use crate::routing::{Change, Write};
use api::rollouts::Rollout;
use object::Gvk;
use serde_json::{Map, Value, json};

/// The writes that make `after` of `before`: one, or none when they are the same.
pub fn update(place: &Place, before: &Value, after: &Value) -> Vec<Write> {
    let patch = difference(before, after);
    patch.map(|patch| write(place, before, Change::Merge(patch))).into_iter().collect()
}

/// The write that makes an object.
pub fn create(place: &Place, value: Value) -> Write {
    let gvk = gvk_of(&value, place);
    Write { gvk, namespace: Some(place.namespace.clone()), name: place.name.clone(), change: Change::Create(value) }
}

/// The write that takes an object away.
pub fn delete(place: &Place, object: &Value) -> Write {
    write(place, object, Change::Delete)
}

fn write(place: &Place, object: &Value, change: Change) -> Write {
    let gvk = gvk_of(object, place);
    Write { gvk, namespace: Some(place.namespace.clone()), name: place.name.clone(), change }
}

fn gvk_of(object: &Value, place: &Place) -> Gvk {
    Gvk::from_api_version(object["apiVersion"].as_str().unwrap_or_default(), place.kind)
}

/// The merge patch that makes `after` of `before`; `None` when they are the same. Lists are replaced whole.
fn difference(before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return Some(after.clone()) };
    let mut patch = Map::new();
    for (key, value) in new {
        let changed = match old.get(key) {
            Some(old) => difference(old, value),
            None => Some(value.clone()),
        };
        if let Some(changed) = changed {
            patch.insert(key.clone(), changed);
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    Some(Value::Object(patch))
}

/// What marks an object as made for a Rollout: it goes when the Rollout goes.
pub fn owner_reference(rollout: &Rollout) -> Value {
    let owner = &rollout.metadata;
    json!({
        "apiVersion": api::names::API_VERSION,
        "kind": api::rollouts::ROLLOUT,
        "name": owner.name,
        "uid": owner.uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// Who an object was made for, as an identity; empty when for nobody.
pub fn controller_of(object: &Value) -> &str {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let controller = owners.into_iter().flatten().find(|owner| owner["controller"] == true);
    controller.and_then(|owner| owner["uid"].as_str()).unwrap_or_default()
}

/// Whether an object was made for a Rollout.
pub fn is_made_for(object: &Value, rollout: &Rollout) -> bool {
    controller_of(object) == rollout.metadata.uid
}

/// The map at a field, made where there is none.
pub fn map_at<'v>(object: &'v mut Value, path: &[&str]) -> Option<&'v mut Map<String, Value>> {
    let at = path.iter().try_fold(object, |at, field| {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        at.as_object_mut().map(|map| map.entry(*field).or_insert(Value::Null))
    })?;
    if at.is_null() {
        *at = Value::Object(Map::new());
    }
    at.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written() {
        let before = json!({"a": {"b": 1, "c": [1, 2]}, "d": 1, "e": {"f": 1}});
        let after = json!({"a": {"b": 1, "c": [1]}, "g": {"h": 2}, "e": {"f": 1}});
        assert_eq!(difference(&before, &after), Some(json!({"a": {"c": [1]}, "d": null, "g": {"h": 2}})));
        assert_eq!(difference(&before, &before), None);
    }
}
