//! A Deployment that was scaled, or is paused: its ReplicaSets share the new size in proportion.

use super::annotations::{DESIRED_REPLICAS, MAX_REPLICAS};
use super::fenceposts::max_surge;
use super::observed::{Deployment, ReplicaSet};
use super::rollout::{Rollout, resize};

/// Whether the Deployment's size changed since its ReplicaSets were last scaled.
pub(super) fn is_scaled(rollout: &Rollout) -> bool {
    let desired = rollout.deployment.replicas();
    rollout
        .all()
        .filter(|set| set.is_active())
        .filter_map(|set| set.number(DESIRED_REPLICAS))
        .any(|noted| noted != desired)
}

/// Brings the ReplicaSets to the Deployment's size.
pub(super) fn scale(rollout: &mut Rollout) {
    let Rollout { deployment, new, old, .. } = rollout;
    let desired = deployment.replicas();
    if let Some(only) = active_or_latest(new, old) {
        resize(deployment, only, desired);
        return;
    }
    if new.as_ref().is_some_and(|new| is_saturated(deployment, new)) {
        for set in old.iter_mut().filter(|set| set.is_active()) {
            resize(deployment, set, 0);
        }
        return;
    }
    if deployment.is_rolling() {
        share(deployment, old.iter_mut().chain(new).filter(|set| set.is_active()).collect());
    }
}

/// The only active ReplicaSet; the newest one when none is active; `None` when several are.
fn active_or_latest<'r>(new: &'r mut Option<ReplicaSet>, old: &'r mut [ReplicaSet]) -> Option<&'r mut ReplicaSet> {
    let active = old.iter().chain(new.iter()).filter(|set| set.is_active()).count();
    match active {
        0 if new.is_some() => new.as_mut(),
        0 => old.last_mut(),
        1 => old.iter_mut().chain(new).find(|set| set.is_active()),
        _ => None,
    }
}

/// Whether the new ReplicaSet alone gives all that is wanted.
fn is_saturated(deployment: &Deployment, new: &ReplicaSet) -> bool {
    let desired = deployment.replicas();
    new.spec.replicas == desired
        && new.number(DESIRED_REPLICAS) == Some(desired)
        && new.status.available_replicas == desired
}

/// Divides what is to be added or taken among the ReplicaSets, each by its share; the largest gets the rest.
fn share(deployment: &Deployment, mut sets: Vec<&mut ReplicaSet>) {
    let allowed = if deployment.replicas() > 0 { deployment.replicas() + max_surge(deployment) } else { 0 };
    let total: i64 = sets.iter().map(|set| set.spec.replicas).sum();
    let to_add = allowed - total;
    // Compat: the largest first; of equals the newest gains first and the oldest loses first.
    sets.sort_by(|one, other| {
        let by_age = (other.created, &other.name).cmp(&(one.created, &one.name));
        other.spec.replicas.cmp(&one.spec.replicas).then(if to_add > 0 { by_age } else { by_age.reverse() })
    });
    let mut added = 0;
    let mut sizes = Vec::with_capacity(sets.len());
    for set in &sets {
        let part = proportion(set, deployment, to_add, added);
        sizes.push(set.spec.replicas + part);
        added += part;
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + to_add - added).max(0);
    }
    for (set, size) in sets.into_iter().zip(sizes) {
        if !resize(deployment, set, size) {
            super::revision::annotate_size(deployment, set);
        }
    }
}

fn proportion(set: &ReplicaSet, deployment: &Deployment, to_add: i64, added: i64) -> i64 {
    if set.spec.replicas == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = fraction(set, deployment);
    let allowed = to_add - added;
    if to_add > 0 { fraction.min(allowed) } else { fraction.max(allowed) }
}

/// What the ReplicaSet gains or loses if it keeps its share of the whole.
fn fraction(set: &ReplicaSet, deployment: &Deployment) -> i64 {
    if deployment.replicas() == 0 {
        return -set.spec.replicas;
    }
    let most = deployment.replicas() + max_surge(deployment);
    let before = set.number(MAX_REPLICAS).filter(|before| *before != 0).unwrap_or(deployment.status.replicas);
    if before == 0 {
        return 0;
    }
    // Rounds half away from zero; both factors are positive here.
    (2 * set.spec.replicas * most + before) / (2 * before) - set.spec.replicas
}
