//! Old ReplicaSets beyond the history limit go, lowest revision first.

use super::annotations::REVISION;
use super::rollout::Rollout;
use crate::plan::{Action, CONTROLLER_MANAGER};
use crate::reading::target;
use apiserver::{Object, resources};

/// Decides which old ReplicaSets to delete.
pub(super) fn clean_up(rollout: &mut Rollout) {
    let Some(limit) = rollout.deployment.history_limit() else { return };
    let mut alive: Vec<_> =
        rollout.old.iter().filter_map(|set| Some((set, set.object.as_ref()?))).filter(|(_, o)| !is_going(o)).collect();
    let limit = usize::try_from(limit).unwrap_or_default();
    let Some(excess) = alive.len().checked_sub(limit) else { return };
    alive.sort_by_key(|(set, _)| (set.number(REVISION).unwrap_or_default(), set.created, set.name.clone()));
    let unused = |object: &Object, replicas: i64, actual: i64, observed: i64| {
        replicas == 0 && actual == 0 && object.meta().generation <= observed
    };
    let deletions: Vec<_> = alive
        .into_iter()
        .take(excess)
        .filter(|(set, object)| unused(object, set.spec.replicas, set.status.replicas, set.status.observed_generation))
        .map(|(_, object)| Action::Delete {
            target: target(&resources::REPLICA_SETS, object),
            uid: object.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        })
        .collect();
    rollout.actions.extend(deletions);
}

fn is_going(object: &Object) -> bool {
    object.meta().is_terminating()
}
