//! Garbage collection: what a deleted object owned goes, stays or waits, as its deletion asked. The planner is a pure
//! function of an object, what became of its owners, and what it owns.

use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan};
use crate::reading::{owner_references, target};
use apiserver::{Api, EventKind, GroupResource, Object, Propagation};
use object::OwnerReference;
use serde_json::{Value, json};

/// Deletion waits until what blocks it is gone.
const FOREGROUND: &str = "foregroundDeletion";
/// What is owned stays.
const ORPHAN: &str = "orphan";

/// What became of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is there, or nobody can tell.
    Solid,
    /// It is gone.
    Dangling,
    /// It is being deleted and waits for what it owns.
    Waiting,
}

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The object and its resource.
    pub subject: (GroupResource, Object),
    /// What became of its owners, in the order of its owner references.
    pub owners: Vec<Owner>,
    /// What it owns; asked for only when it is being deleted.
    pub dependents: Vec<(GroupResource, Object)>,
}

/// What to do about an object now.
#[must_use]
pub fn plan(observed: &Observed) -> Plan {
    let (resource, object) = &observed.subject;
    let has = |finalizer: &str| object.meta().finalizers.iter().any(|own| &**own == finalizer);
    let terminating = object.meta().is_terminating();
    let actions = if terminating && has(ORPHAN) {
        set_free(observed)
    } else if terminating && has(FOREGROUND) {
        clear_away(observed)
    } else if terminating || observed.owners.is_empty() {
        Vec::new()
    } else {
        judge(resource, object, &observed.owners, !observed.dependents.is_empty())
    };
    Plan { actions, wake: None }
}

/// Orphan deletion: what is owned loses its reference, then the object its finalizer.
fn set_free(observed: &Observed) -> Vec<Action> {
    let (resource, owner) = &observed.subject;
    let freed = observed.dependents.iter().map(|(resource, object)| {
        let mut references = owner_references(object);
        references.retain(|reference| reference["uid"].as_str() != Some(&*owner.meta().uid));
        rewrite(resource, object, &references)
    });
    freed.chain([without_finalizer(resource, owner, ORPHAN)]).collect()
}

/// Foreground deletion: the object loses its finalizer when nothing blocks it any more.
fn clear_away(observed: &Observed) -> Vec<Action> {
    let (resource, owner) = &observed.subject;
    let blocks = |object: &Object| {
        let references = object.meta().owner_references.iter();
        references.clone().any(|own| own.uid == owner.meta().uid && own.block_owner_deletion == Some(true))
    };
    if observed.dependents.iter().any(|(_, object)| blocks(object)) {
        return Vec::new();
    }
    vec![without_finalizer(resource, owner, FOREGROUND)]
}

/// An object with a living owner only loses references to the dead; one without goes.
fn judge(resource: &GroupResource, object: &Object, owners: &[Owner], owns: bool) -> Vec<Action> {
    let count = |state: Owner| owners.iter().filter(|owner| **owner == state).count();
    if count(Owner::Solid) == owners.len() {
        return Vec::new();
    }
    if count(Owner::Solid) > 0 {
        let references = owner_references(object).into_iter().zip(owners);
        let kept: Vec<_> = references.filter(|(_, owner)| **owner == Owner::Solid).map(|(own, _)| own).collect();
        return vec![rewrite(resource, object, &kept)];
    }
    let propagation = if count(Owner::Waiting) > 0 && owns { Propagation::Foreground } else { Propagation::Background };
    vec![Action::Delete {
        target: target(resource, object),
        uid: object.meta().uid.clone(),
        grace_seconds: None,
        propagation: Some(propagation),
        manager: CONTROLLER_MANAGER,
    }]
}

fn rewrite(resource: &GroupResource, object: &Object, references: &[Value]) -> Action {
    let references = if references.is_empty() { Value::Null } else { json!(references) };
    patch(resource, object, json!({"ownerReferences": references}))
}

fn without_finalizer(resource: &GroupResource, object: &Object, finalizer: &str) -> Action {
    let kept: Vec<_> = object.meta().finalizers.iter().filter(|own| &***own != finalizer).map(|own| &**own).collect();
    let finalizers = if kept.is_empty() { Value::Null } else { json!(kept) };
    patch(resource, object, json!({"finalizers": finalizers}))
}

fn patch(resource: &GroupResource, object: &Object, metadata: Value) -> Action {
    Action::Patch {
        target: target(resource, object),
        part: Part::Main,
        change: json!({"metadata": metadata}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(object.meta().resource_version.clone()),
    }
}

/// The garbage collector. Its items are uids.
pub(crate) struct Garbage;

impl Controller for Garbage {
    fn name(&self) -> &'static str {
        "garbage-collector"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        let object = change.object;
        let uid = |uid: &str| Item::new("", uid);
        if change.kind == EventKind::Deleted {
            let owned = api.owned_by(&object.meta().uid).into_iter().map(|(_, owned)| uid(&owned.meta().uid));
            let owners = object.meta().owner_references.iter().map(|owner| uid(&owner.uid));
            return owned.chain(owners).collect();
        }
        if object.meta().is_terminating() && !object.meta().finalizers.is_empty() {
            let owned = api.owned_by(&object.meta().uid).into_iter().map(|(_, owned)| uid(&owned.meta().uid));
            return owned.chain([uid(&object.meta().uid)]).collect();
        }
        let same = |previous: &Object| previous.meta().owner_references == object.meta().owner_references;
        if object.meta().owner_references.is_empty() && change.previous.is_none_or(same) {
            return Vec::new();
        }
        if change.previous.is_some_and(same) {
            return Vec::new();
        }
        // Owners that were let go may have been waiting for this object.
        let former = change.previous.into_iter().flat_map(|previous| &previous.meta().owner_references);
        former.map(|owner| uid(&owner.uid)).chain([uid(&object.meta().uid)]).collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(subject) = context.api.by_uid(&item.name) else { return Plan::nothing() };
        let owners = subject.1.meta().owner_references.iter();
        let owners = owners.map(|owner| state(context.api, &subject.1, owner)).collect();
        let dependents = context.api.owned_by(&item.name);
        plan(&Observed { subject, owners, dependents })
    }
}

/// What became of an owner. One of a kind that the server does not know counts as there: unknown is not absent.
fn state(api: &Api, object: &Object, owner: &OwnerReference) -> Owner {
    let Some((_, found)) = api.by_uid(&owner.uid) else {
        let known = api.resource_of(&owner.api_version, &owner.kind).is_some();
        return if known { Owner::Dangling } else { Owner::Solid };
    };
    let reachable = found.namespace().is_none() || found.namespace() == object.namespace();
    if !reachable || found.name() != &*owner.name {
        return Owner::Dangling;
    }
    let waits = found.meta().is_terminating() && found.meta().finalizers.iter().any(|own| &**own == FOREGROUND);
    if waits { Owner::Waiting } else { Owner::Solid }
}
