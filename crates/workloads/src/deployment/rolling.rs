//! RollingUpdate: the new ReplicaSet grows as far as the surge allows, or else the old ones shrink as far as enough
//! pods stay available; one of the two in a pass.

use super::fenceposts::max_unavailable;
use super::new_replica_set::grown;
use super::rollout::{Rollout, resize};

/// Moves one step. Whether anything was scaled.
pub(super) fn step(rollout: &mut Rollout) -> bool {
    scale_new(rollout) || scale_old(rollout)
}

fn scale_new(rollout: &mut Rollout) -> bool {
    let desired = rollout.deployment.replicas();
    let Some(new) = &rollout.new else { return false };
    let size = if new.spec.replicas > desired { desired } else { grown(rollout, new) };
    let Rollout { deployment, new: Some(new), .. } = rollout else { return false };
    resize(deployment, new, size)
}

fn scale_old(rollout: &mut Rollout) -> bool {
    let Some(new) = &rollout.new else { return false };
    if rollout.old.iter().all(|set| !set.is_active()) {
        return false;
    }
    let least = rollout.deployment.replicas() - max_unavailable(&rollout.deployment);
    let new_unavailable = new.spec.replicas - new.status.available_replicas;
    let room = rollout.total() - least - new_unavailable;
    if room <= 0 {
        return false;
    }
    let unhealthy = drop_unhealthy(rollout, room);
    let healthy = drop_available(rollout, least);
    unhealthy + healthy > 0
}

/// Old pods that do not serve go first: they block the rollout and nobody misses them.
fn drop_unhealthy(rollout: &mut Rollout, room: i64) -> i64 {
    let Rollout { deployment, old, .. } = rollout;
    let mut dropped = 0;
    for set in old.iter_mut().filter(|set| set.is_active()) {
        let unhealthy = set.spec.replicas - set.status.available_replicas;
        let count = unhealthy.min(room - dropped);
        if count > 0 {
            resize(deployment, set, set.spec.replicas - count);
            dropped += count;
        }
    }
    dropped
}

fn drop_available(rollout: &mut Rollout, least: i64) -> i64 {
    let available: i64 = rollout.all().map(|set| set.status.available_replicas).sum();
    let spare = available - least;
    let Rollout { deployment, old, .. } = rollout;
    let mut dropped = 0;
    for set in old.iter_mut().filter(|set| set.is_active()) {
        let count = set.spec.replicas.min(spare - dropped);
        if count > 0 {
            resize(deployment, set, set.spec.replicas - count);
            dropped += count;
        }
    }
    dropped
}
