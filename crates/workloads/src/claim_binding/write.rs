//! Writes to claims and volumes.

use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::{GroupResource, Object};
use serde_json::{Value, json};

/// `persistentvolumes`.
pub(super) const VOLUMES: GroupResource = GroupResource::new("", "persistentvolumes");

/// The write that takes a finalizer away.
pub(super) fn without_finalizer(resource: &GroupResource, object: &Object, finalizer: &str) -> Action {
    let left: Vec<&str> = object.meta().finalizers.iter().map(|own| &**own).filter(|own| *own != finalizer).collect();
    patch(resource, object, Part::Main, json!({"metadata": {"finalizers": left}}))
}

/// A change of an object that was observed.
pub(super) fn patch(resource: &GroupResource, object: &Object, part: Part, change: Value) -> Action {
    Action::Patch {
        target: target(resource, object),
        part,
        change,
        manager: CONTROLLER_MANAGER,
        resource_version: Some(object.meta().resource_version.clone()),
    }
}
