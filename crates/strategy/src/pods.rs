//! Single pods: replacing those that are too old, and bringing their metadata in step with the part their version plays.

use crate::counts::fenceposts;
use crate::pass::Pass;
use crate::plan::{Action, SetChange};
use crate::pod_metadata::{change, injected, remembered};
use crate::replica_set::ReplicaSet;
use crate::world::Pod;
use api::rollouts::names::ANNOTATION_EPHEMERAL_METADATA;
use api::rollouts::{PodMetadata, Rollout};
use jiff::Timestamp;

/// Seconds until it is looked again whether more pods may go.
const RESTART_AGAIN_SECONDS: i64 = 30;

/// Whether planning this Rollout needs its pods.
#[must_use]
pub fn needs_pods(rollout: &Rollout, now: Timestamp) -> bool {
    let (fresh, stable) = rollout.spec.strategy.pod_metadata();
    fresh.is_some() || stable.is_some() || restart_due(rollout, now)
}

fn restart_due(rollout: &Rollout, now: Timestamp) -> bool {
    let wanted = rollout.spec.restart_at;
    wanted.is_some_and(|at| at.timestamp() < now) && wanted != rollout.status.restarted_at
}

/// Evicts pods made before the time the spec names, as many at once as may be missing. Says how many.
pub fn restart(pass: &mut Pass<'_>) -> usize {
    let rollout = pass.rollout();
    let Some(at) = rollout.spec.restart_at.map(api::Time::timestamp) else { return 0 };
    if !restart_due(rollout, pass.now) {
        if at >= pass.now {
            pass.plan.wake_at(crate::pass::after(at, 1));
        }
        return 0;
    }
    let pods = ordered(pass);
    let total: i64 = pass.new.into_iter().chain(pass.stable).map(|set| set.size.spec).sum();
    let is_same = pass.versions.is_new_stable;
    let total = if is_same { pass.new.map_or(0, |set| set.size.spec) } else { total };
    // Old versions count with the pods that they still have: more will not come.
    let total = total + pass.others.iter().map(|set| set.size.available).sum::<i64>();
    let available = pods.iter().filter(|pod| pod.is_available && !pod.is_deleting).count();
    let at_once = fenceposts(rollout).unavailable.max(1);
    let pods_min = pass.replicas().max(total) - at_once;
    let mut may_go = i64::try_from(available).unwrap_or(i64::MAX) - pods_min;
    let (mut old, mut evicted) = (0, 0);
    for pod in pods.iter().filter(|pod| pod.created < at) {
        old += 1;
        // Unlike upstream: a pod that does not answer is no loss, and waiting for it to answer may take for ever.
        if pod.is_deleting || (pod.is_available && may_go <= 0) {
            continue;
        }
        pass.act(Action::Evict { pod: pod.name.clone(), uid: pod.uid.clone() });
        may_go -= i64::from(pod.is_available);
        evicted += 1;
    }
    if old == evicted {
        pass.status.restarted_at = rollout.spec.restart_at;
    } else {
        pass.wake_after(pass.now, RESTART_AGAIN_SECONDS);
        pass.wait(format!("{} pods to be restarted", old - evicted), Some(at), "other pods becoming available");
    }
    evicted
}

/// Pods of the stable version first, then of the wanted one, then of the others by age.
fn ordered<'a>(pass: &Pass<'a>) -> Vec<&'a Pod> {
    let mut others = pass.others.clone();
    crate::replica_set::sort_by_creation(&mut others);
    let new = pass.new.filter(|_| !pass.versions.is_new_stable);
    let sets = pass.stable.into_iter().chain(new).chain(others);
    sets.flat_map(|set| pass.world.pods.iter().filter(move |pod| pod.set_uid == set.uid)).collect()
}

/// Brings the metadata of ReplicaSets and pods in step with the part their version plays.
pub fn label(pass: &mut Pass<'_>) {
    let (fresh, stable) = pass.rollout().spec.strategy.pod_metadata();
    if fresh.is_none() && stable.is_none() {
        return;
    }
    let stable_hash = pass.before().stable_rs.as_str();
    if stable_hash.is_empty() || stable_hash == pass.new_hash() {
        label_set(pass, pass.new, stable);
    } else {
        label_set(pass, pass.new, fresh);
        label_set(pass, pass.stable, stable);
    }
    for set in pass.others.clone() {
        label_set(pass, Some(set), None);
    }
}

fn label_set(pass: &mut Pass<'_>, set: Option<&ReplicaSet>, wanted: Option<&PodMetadata>) {
    let is_deleted = |set: &&ReplicaSet| pass.plan.actions.contains(&Action::DeleteSet(set.name.clone()));
    let Some(set) = set.filter(|set| !is_deleted(set)) else { return };
    let before = injected(set);
    let pod_metadata = change(&set.template["metadata"], before.as_ref(), wanted);
    if !pod_metadata.is_empty() {
        // The template first, so that pods made meanwhile have it already.
        let mut change = SetChange { pod_metadata, ..SetChange::default() };
        change.annotations.insert(ANNOTATION_EPHEMERAL_METADATA.to_owned(), wanted.map(remembered));
        pass.act(Action::ChangeSet { name: set.name.clone(), change });
    }
    for pod in pass.world.pods.iter().filter(|pod| pod.set_uid == set.uid && !pod.is_deleting) {
        let change = change(&pod.metadata, before.as_ref(), wanted);
        if !change.is_empty() {
            pass.act(Action::ChangePod { pod: pod.name.clone(), change });
        }
    }
}
