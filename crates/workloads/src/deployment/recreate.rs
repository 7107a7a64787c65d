//! Recreate: the old pods go entirely before the first new one comes.

use super::new_replica_set::{Missing, Ready, synchronise};
use super::observed::Observed;
use super::rollout::{Rollout, resize};

/// Moves one step. Whether the pass is at its end.
pub(super) fn step(rollout: &mut Rollout, observed: &Observed) -> bool {
    let Rollout { deployment, old, .. } = &mut *rollout;
    let shrunk = old.iter_mut().filter(|set| set.is_active()).map(|set| resize(deployment, set, 0)).count();
    if shrunk > 0 || old_pods_run(rollout, observed) {
        return true;
    }
    if rollout.new.is_none() && synchronise(rollout, observed, Missing::Create) == Ready::No {
        return true;
    }
    let desired = rollout.deployment.replicas();
    let Rollout { deployment, new, .. } = rollout;
    new.as_mut().is_some_and(|new| resize(deployment, new, desired))
}

fn old_pods_run(rollout: &Rollout, observed: &Observed) -> bool {
    let new = rollout.new.as_ref().map(|new| &*new.uid);
    rollout.old.iter().any(|set| set.status.replicas > 0)
        || observed.old_pods.iter().any(|pod| Some(&*pod.replica_set) != new)
}
