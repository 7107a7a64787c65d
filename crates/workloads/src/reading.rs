//! Reading stored objects: identity, owners and times, as every controller needs them.

use crate::plan::{About, Target};
use apiserver::{GroupResource, Object};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A part of an object in a form that has only the fields somebody looks at. What does not fit reads as its default:
/// the API server has validated it before.
pub(crate) fn read<T: DeserializeOwned + Default>(object: &Object) -> T {
    serde_json::from_slice(object.raw()).unwrap_or_default()
}

/// The object as the target of a write.
pub(crate) fn target(resource: &GroupResource, object: &Object) -> Target {
    Target {
        resource: resource.clone(),
        namespace: object.namespace().unwrap_or_default().into(),
        name: object.name().into(),
    }
}

/// The object as the subject of an event.
pub(crate) fn about(object: &Object) -> About {
    About {
        api_version: object.gvk().api_version().into(),
        kind: object.gvk().kind.clone(),
        namespace: object.namespace().unwrap_or_default().into(),
        name: object.name().into(),
        uid: object.meta().uid.clone(),
        resource_version: object.meta().resource_version.clone(),
    }
}

/// The owner reference by which `owner` manages an object.
pub(crate) fn controller_reference(owner: &Object) -> Value {
    json!({
        "apiVersion": owner.gvk().api_version(), "kind": &*owner.gvk().kind, "name": owner.name(),
        "uid": &*owner.meta().uid, "controller": true, "blockOwnerDeletion": true,
    })
}

/// Whether the object of that uid manages `object`.
pub(crate) fn is_controlled_by(object: &Object, uid: &str) -> bool {
    object.meta().controller().is_some_and(|owner| &*owner.uid == uid)
}

/// The object's owner references as they stand.
pub(crate) fn owner_references(object: &Object) -> Vec<Value> {
    match object.get("/metadata/ownerReferences") {
        Some(Value::Array(references)) => references,
        _ => Vec::new(),
    }
}

/// A time as Kubernetes writes it in objects: whole seconds.
pub(crate) fn time_text(time: Timestamp) -> String {
    let seconds = Timestamp::from_second(time.as_second()).unwrap_or(time);
    seconds.to_string()
}

/// A time with microseconds, as leases and newer events carry it.
pub(crate) fn micro_time_text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// `time` plus so many seconds.
pub(crate) fn after_seconds(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Whether a number of a status is left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(crate) fn is_zero(number: &i64) -> bool {
    *number == 0
}
