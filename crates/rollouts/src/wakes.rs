//! Who must be looked at again when something changes.

use crate::index::Owned;
use crate::key::{RolloutKey, WorkKey};
use crate::observer::Observer;
use crate::references::{Referent, references, routed_name};
use api::names::GROUP;
use api::rollouts::names::ANNOTATION_MANAGED_BY;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT, Rollout};
use cluster::{GroupKind, Notice, Presence};
use controller::{Level, Queue};
use object::{Key, Object};
use std::time::Duration;

/// How long changes of kinds are collected: definitions come in swarms, and concern everybody.
const KINDS_PAUSE: Duration = Duration::from_millis(250);

/// The kinds that Rollouts own.
const OWNED: [(&str, &str, Owned); 3] = [
    ("apps", "ReplicaSet", Owned::ReplicaSet),
    (GROUP, ANALYSIS_RUN, Owned::AnalysisRun),
    (GROUP, EXPERIMENT, Owned::Experiment),
];

/// Wakes whom a change concerns.
pub fn wake_for(notice: &Notice, observer: &Observer, queue: &Queue<WorkKey>) {
    match notice {
        Notice::Object { key, presence, .. } => {
            for woken in concerned(key, *presence, observer) {
                queue.add(woken, Level::LOWEST);
            }
        }
        Notice::Kind(_) => {
            for rollout in observer.index().all() {
                queue.add_after(WorkKey::Rollout(rollout), Level::LOWEST, KINDS_PAUSE);
            }
        }
    }
}

/// Takes in everything there is, and wakes all of it.
pub fn wake_all(observer: &Observer, queue: &Queue<WorkKey>) {
    let owned = OWNED.iter().map(|(group, kind, _)| (*group, *kind));
    let kinds = [(GROUP, ROLLOUT)].into_iter().chain(owned);
    let left = [("", "Service"), ("networking.k8s.io", "Ingress"), traffic::DESTINATION_RULE];
    for (group, kind) in kinds.chain(left) {
        for cached in observer.cache.objects(&GroupKind::new(group, kind)) {
            for woken in concerned(&cached.object.key(), Presence::Present, observer) {
                queue.add(woken, Level::LOWEST);
            }
        }
    }
}

/// Whom an object concerns.
fn concerned(key: &Key, presence: Presence, observer: &Observer) -> Vec<WorkKey> {
    let object = match presence {
        Presence::Present => observer.cache.get(key).into_known().map(|cached| cached.object),
        Presence::Gone => None,
    };
    let named = RolloutKey::new(key.namespace.as_deref().unwrap_or_default(), &key.name);
    if (&*key.group, &*key.kind) == (GROUP, ROLLOUT) {
        return rollout(&named, object.as_ref(), observer);
    }
    let owned = OWNED.iter().find(|(group, kind, _)| *key.group == **group && *key.kind == **kind);
    if let Some((_, _, owned)) = owned {
        return owner(*owned, &named, object.as_ref(), observer);
    }
    if traffic::KINDS.contains(&(&*key.group, &*key.kind)) {
        return routed(&named, key, object.as_ref(), observer);
    }
    let Some(referent) = Referent::of_kind(&key.kind) else { return Vec::new() };
    let naming = match referent {
        Referent::ClusterAnalysisTemplate => observer.index().naming_anywhere(referent, &key.name),
        _ => observer.index().naming(referent, &named.namespace, &key.name),
    };
    let is_left = naming.is_empty() && object.as_ref().is_some_and(|object| is_marked(referent, object));
    let mut woken: Vec<WorkKey> = naming.into_iter().map(WorkKey::Rollout).collect();
    woken.extend(is_left.then(|| left(referent, named)).flatten());
    woken
}

/// The Rollouts that share traffic out by an object of a router, wherever they are.
fn routed(named: &RolloutKey, key: &Key, object: Option<&Object>, observer: &Observer) -> Vec<WorkKey> {
    let index = observer.index();
    let names = [&*named.name, ""].map(|name| routed_name(&key.group, &key.kind, &named.namespace, name));
    let naming = names.iter().flat_map(|name| index.naming_anywhere(Referent::Routed, name));
    let mut woken: Vec<WorkKey> = naming.map(WorkKey::Rollout).collect();
    let is_left = woken.is_empty() && (&*key.group, &*key.kind) == traffic::DESTINATION_RULE;
    if is_left && object.is_some_and(|object| object.meta().annotations.contains_key(ANNOTATION_MANAGED_BY)) {
        let RolloutKey { namespace, name } = named.clone();
        woken.push(WorkKey::DestinationRule { namespace, name });
    }
    woken
}

/// A Rollout, and what it no longer names.
fn rollout(key: &RolloutKey, object: Option<&Object>, observer: &Observer) -> Vec<WorkKey> {
    let mut index = observer.index();
    let mut woken = vec![WorkKey::Rollout(key.clone())];
    let Some(object) = object else {
        woken.extend(index.rollout_gone(key));
        woken.extend(index.overlaps.rollout_gone(key).into_iter().map(WorkKey::Rollout));
        return woken;
    };
    let meta = object.meta();
    if !index.knows(key, meta.generation, &meta.uid) {
        // What one that cannot be read named before, it names still.
        if let Ok(rollout) = Rollout::read(object) {
            woken.extend(index.rollout_is(key, (meta.generation, meta.uid.clone()), references(&rollout)));
            // What comes from another workload is noted once that is read.
            if rollout.spec.workload_ref.is_none() {
                woken.extend(index.overlaps.rollout_is(key, &rollout).into_iter().map(WorkKey::Rollout));
            }
        }
    }
    woken
}

/// The Rollouts that own an object, or did.
fn owner(owned: Owned, key: &RolloutKey, object: Option<&Object>, observer: &Observer) -> Vec<WorkKey> {
    let controller = object.and_then(|object| object.meta().controller());
    let is_ours = |owner: &&object::OwnerReference| {
        &*owner.kind == ROLLOUT && owner.api_version.split_once('/').is_some_and(|(group, _)| group == GROUP)
    };
    let rollout = controller.filter(is_ours).map(|owner| &*owner.name);
    let mut index = observer.index();
    let mut woken: Vec<WorkKey> = index.owner_is(owned, key, rollout).into_iter().map(WorkKey::Rollout).collect();
    if owned == Owned::ReplicaSet {
        let is_orphan = object.is_some() && controller.is_none();
        index.orphan_is(key, is_orphan);
        if is_orphan {
            woken.extend(index.rollouts_in(&key.namespace).into_iter().map(WorkKey::Rollout));
        }
    }
    woken
}

/// Whether some Rollout has left its mark on an object.
fn is_marked(referent: Referent, object: &Object) -> bool {
    let annotations = &object.meta().annotations;
    match referent {
        Referent::Service => annotations.contains_key(ANNOTATION_MANAGED_BY),
        Referent::Ingress => annotations.contains_key(traffic::ANNOTATION_MANAGED_ALB),
        _ => false,
    }
}

fn left(referent: Referent, key: RolloutKey) -> Option<WorkKey> {
    let RolloutKey { namespace, name } = key;
    match referent {
        Referent::Service => Some(WorkKey::Service { namespace, name }),
        Referent::Ingress => Some(WorkKey::Ingress { namespace, name }),
        _ => None,
    }
}
