//! Which live object belongs to which desired one.

use crate::context::Context;
use crate::targets::{Target, Targets};
use api::ApplicationCondition;
use api::names::{ANNOTATION_SYNC_OPTIONS, CONDITION_SHARED_RESOURCE_WARNING};
use object::{Fetched, Key, Object};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Live objects by key: every one marked as the application's, and an answer for every key of
/// [`Targets::lookup_keys`]. A key that was not looked up counts as unknown.
pub type LiveObjects = BTreeMap<Key, Fetched<Object>>;

/// A desired object, a live one, or both.
#[derive(Debug, Clone)]
pub struct Pair {
    /// What they are called.
    pub key: Key,
    /// What is desired.
    pub desired: Option<Object>,
    /// What is there.
    pub live: Fetched<Object>,
}

/// All pairs, sorted by key, and what is worth knowing about them.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Warnings.
    pub conditions: Vec<ApplicationCondition>,
}

/// Pairs desired with live objects. Live ones the project does not permit are invisible: neither compared nor pruned.
#[must_use]
pub fn pair(context: &Context<'_>, targets: &Targets, live: LiveObjects) -> Pairs {
    let mut live = permitted(context, live);
    let conditions = shared(context, &live);
    let managed = managed_namespace(context, targets, &live);
    drop_duplicates(targets, &mut live);

    let mut pairs = Vec::with_capacity(targets.resources.len() + live.len());
    let desired = targets.resources.iter().chain(managed.as_ref());
    for target in desired {
        let found = take(target, &mut live);
        pairs.push(Pair { key: target.key.clone(), desired: Some(target.object.clone()), live: found });
    }
    for (key, live) in live {
        // What is not desired and could not be read is nobody's business.
        if let Fetched::Known(live) = live {
            pairs.push(Pair { key, desired: None, live: Fetched::Known(live) });
        }
    }
    pairs.sort_by(|left, right| left.key.cmp(&right.key));
    Pairs { pairs, conditions }
}

/// The first known answer under the target's keys; absent only if every one of them is certainly absent.
fn take(target: &Target, live: &mut LiveObjects) -> Fetched<Object> {
    let mut unknown = None;
    for key in target.lookup_keys() {
        match live.remove(&key) {
            Some(Fetched::Known(object)) => return Fetched::Known(object),
            Some(Fetched::Absent) => {}
            Some(Fetched::Unknown(cause)) => unknown = Some(cause),
            None => unknown = Some(format!("{key} was not looked up")),
        }
    }
    unknown.map_or(Fetched::Absent, Fetched::Unknown)
}

fn permitted(context: &Context<'_>, live: LiveObjects) -> LiveObjects {
    let visible = live.into_iter().map(|(key, object)| match object {
        Fetched::Known(_) if !context.project.permits_live(&key, context.cluster) => (key, Fetched::Absent),
        object => (key, object),
    });
    visible.collect()
}

fn shared(context: &Context<'_>, live: &LiveObjects) -> Vec<ApplicationCondition> {
    let own = context.instance();
    let metadata = &context.application.metadata;
    let mut conditions = Vec::new();
    for object in live.values().filter_map(Fetched::known) {
        let Some(other) = context.tracking().instance(object.meta()).filter(|other| *other != own) else { continue };
        let message = format!(
            "{}/{} is part of applications {}/{} and {}",
            object.gvk().kind,
            object.name(),
            metadata.namespace,
            metadata.name,
            other.replace('_', "/")
        );
        conditions.push(ApplicationCondition::new(CONDITION_SHARED_RESOURCE_WARNING, message));
    }
    conditions
}

/// One object may be served under several groups; those that nobody declares go, until one is left.
fn drop_duplicates(targets: &Targets, live: &mut LiveObjects) {
    let declared: BTreeSet<Key> = targets.lookup_keys().into_iter().collect();
    let mut by_uid: BTreeMap<Box<str>, Vec<Key>> = BTreeMap::new();
    for (key, object) in live.iter() {
        if let Some(uid) = object.known().map(|object| object.meta().uid.clone()).filter(|uid| !uid.is_empty()) {
            by_uid.entry(uid).or_default().push(key.clone());
        }
    }
    for keys in by_uid.into_values() {
        let mut left = keys.len();
        for key in keys.iter().rev().filter(|key| !declared.contains(*key)) {
            if left > 1 {
                live.remove(key);
                left -= 1;
            }
        }
    }
}

/// A namespace whose labels the application manages is desired though no manifest declares it, so that it is not pruned
/// where somebody marked it as the application's.
fn managed_namespace(context: &Context<'_>, targets: &Targets, live: &LiveObjects) -> Option<Target> {
    let spec = &context.application.spec;
    let metadata = spec.sync_policy.as_ref()?.managed_namespace_metadata.as_ref()?;
    let key = Key::new("", "Namespace", None, &spec.destination.namespace);
    let is_declared = targets.resources.iter().any(|target| target.key == key);
    if is_declared || live.get(&key).and_then(Fetched::known).is_none() {
        return None;
    }
    let mut annotations = metadata.annotations.clone();
    annotations.insert(ANNOTATION_SYNC_OPTIONS.to_owned(), "ServerSideApply=true".to_owned());
    let mut value = json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": spec.destination.namespace, "annotations": annotations}});
    if !metadata.labels.is_empty() {
        value["metadata"]["labels"] = json!(metadata.labels);
    }
    let object = Object::from_value(&value).expect("invariant: the value has apiVersion, kind and a name");
    Some(Target { key, scope: Fetched::Known(crate::context::Scope::Cluster), object })
}
