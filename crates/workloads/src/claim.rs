//! Which objects a controller's owner keeps, takes up and lets go: by owner reference and selector.

use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::{controller_reference, owner_references, target};
use apiserver::{GroupResource, LabelSelector, Object};
use serde_json::{Value, json};

/// What may be claimed.
pub(crate) struct Candidates<'a> {
    pub owner: &'a Object,
    pub resource: GroupResource,
    pub selector: &'a LabelSelector,
    /// What names the owner as its controller.
    pub owned: &'a [Object],
    /// What has no controller.
    pub adoptable: &'a [Object],
}

/// What is the owner's, and the writes to make it so.
pub(crate) struct Claim<'a> {
    pub kept: Vec<&'a Object>,
    pub actions: Vec<Action>,
}

/// Keeps what matches, lets go what does not any more, takes up what matches and is free. Nothing is taken up or let
/// go by an owner that is itself being deleted.
pub(crate) fn decide<'a>(candidates: &Candidates<'a>) -> Claim<'a> {
    let Candidates { owner, resource, selector, owned, adoptable } = candidates;
    let (kept, lost): (Vec<_>, Vec<_>) = owned.iter().partition(|object| selector.matches(&object.meta().labels));
    if owner.meta().is_terminating() {
        return Claim { kept, actions: Vec::new() };
    }
    let adopt = adoptable
        .iter()
        .filter(|object| !object.meta().is_terminating() && selector.matches(&object.meta().labels))
        .map(|object| adoption(resource, owner, object));
    let release = lost
        .into_iter()
        .filter(|object| !object.meta().is_terminating())
        .map(|object| release(resource, owner, object));
    Claim { kept, actions: release.chain(adopt).collect() }
}

fn adoption(resource: &GroupResource, owner: &Object, object: &Object) -> Action {
    let mut references = owner_references(object);
    references.push(controller_reference(owner));
    rewrite(resource, object, &references)
}

fn release(resource: &GroupResource, owner: &Object, object: &Object) -> Action {
    let mut references = owner_references(object);
    references.retain(|reference| reference["uid"].as_str() != Some(&*owner.meta().uid));
    rewrite(resource, object, &references)
}

fn rewrite(resource: &GroupResource, object: &Object, references: &[Value]) -> Action {
    let references = if references.is_empty() { Value::Null } else { json!(references) };
    Action::Patch {
        target: target(resource, object),
        part: Part::Main,
        change: json!({"metadata": {"ownerReferences": references, "uid": &*object.meta().uid}}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(object.meta().resource_version.clone()),
    }
}
