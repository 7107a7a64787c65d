//! Scaling of single ReplicaSets, and the delays after which they go.

use crate::counts::{
    abort_delay_seconds, basic, canary_scale, has_explicit_abort_delay, pods_for_weight, routed, weight_max,
};
use crate::pass::{Pass, after};
use crate::plan::{Action, SetChange};
use crate::replica_set::ReplicaSet;
use crate::words::REASON_SCALING;
use api::rollouts::TrafficWeights;
use api::rollouts::names::{
    ANNOTATION_DESIRED_REPLICAS, ANNOTATION_SCALE_DOWN_DEADLINE, DEFAULT_SCALE_DOWN_DELAY_SECONDS,
};
use jiff::Timestamp;

/// Whether a ReplicaSet was scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaled {
    /// It was, and what follows from it must be seen first.
    Yes,
    /// It was not.
    No,
}

/// Whether a ReplicaSet has all pods that are wanted, and was scaled for that number.
pub fn is_saturated(pass: &Pass<'_>, set: &ReplicaSet) -> bool {
    let replicas = pass.replicas();
    set.size.spec == replicas && set.desired_replicas() == Some(replicas) && set.size.available == replicas
}

/// Gives a ReplicaSet so many pods, and notes how many are wanted in all.
pub fn scale(pass: &mut Pass<'_>, set: &ReplicaSet, replicas: i64) -> Scaled {
    scale_from(pass, set, set.size.spec, replicas)
}

/// The same of one that the plan has already scaled.
pub fn scale_from(pass: &mut Pass<'_>, set: &ReplicaSet, from: i64, replicas: i64) -> Scaled {
    let mut change = SetChange::default();
    let wanted = pass.replicas().to_string();
    if set.annotations.get(ANNOTATION_DESIRED_REPLICAS) != Some(&wanted) {
        change.annotations.insert(ANNOTATION_DESIRED_REPLICAS.to_owned(), Some(wanted));
    }
    if from != replicas {
        change.replicas = Some((from, replicas));
    }
    let goes = replicas == 0 && (from != 0 || pass.replicas() == 0);
    if goes && set.has_deadline() && !delays_on_abort(pass) {
        change.annotations.insert(ANNOTATION_SCALE_DOWN_DEADLINE.to_owned(), None);
    }
    if change.is_empty() {
        return Scaled::No;
    }
    pass.act(Action::ChangeSet { name: set.name.clone(), change });
    if from == replicas {
        return Scaled::No;
    }
    let (way, revision) = (if from < replicas { "up" } else { "down" }, set.revision().unwrap_or(0));
    let message = format!("Scaled {way} ReplicaSet {} (revision {revision}) from {from} to {replicas}", set.name);
    pass.tell_done(REASON_SCALING, message);
    Scaled::Yes
}

/// Seconds an old version stays; 0 where it goes at once.
pub fn delay_seconds(pass: &Pass<'_>) -> i64 {
    let strategy = &pass.rollout().spec.strategy;
    let seconds = match (&strategy.canary, &strategy.blue_green) {
        (Some(canary), _) if canary.traffic_routing.is_some() => canary.scale_down_delay_seconds,
        (_, Some(blue_green)) => blue_green.scale_down_delay_seconds,
        _ => return 0,
    };
    i64::from(seconds.unwrap_or(DEFAULT_SCALE_DOWN_DELAY_SECONDS))
}

/// Writes into a ReplicaSet when it is scaled down.
///
/// Compat: a delay of 0 takes the time away, and so the ReplicaSet stays.
pub fn set_deadline(pass: &mut Pass<'_>, set: &ReplicaSet, seconds: i64) {
    if seconds == 0 {
        return remove_deadline(pass, set);
    }
    let deadline = after(pass.now, seconds);
    let mut change = SetChange::default();
    change.annotations.insert(ANNOTATION_SCALE_DOWN_DEADLINE.to_owned(), Some(rfc3339(deadline)));
    pass.act(Action::ChangeSet { name: set.name.clone(), change });
    pass.plan.wake_at(deadline);
}

fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn remove_deadline(pass: &mut Pass<'_>, set: &ReplicaSet) {
    if set.has_deadline() {
        let mut change = SetChange::default();
        change.annotations.insert(ANNOTATION_SCALE_DOWN_DEADLINE.to_owned(), None);
        pass.act(Action::ChangeSet { name: set.name.clone(), change });
    }
}

/// Versions that are in use again no longer go.
pub fn remove_deadlines(pass: &mut Pass<'_>) {
    let new = pass.new.filter(|_| !delays_on_abort(pass));
    if let Some(new) = new {
        remove_deadline(pass, new);
    }
    if let Some(stable) = pass.stable.filter(|stable| new.is_none_or(|new| new.name != stable.name)) {
        remove_deadline(pass, stable);
    }
}

/// Whether the wanted version stays for a while after an abort.
pub fn delays_on_abort(pass: &Pass<'_>) -> bool {
    let canary = pass.rollout().spec.strategy.canary.as_ref();
    if !pass.is_aborted() || pass.stable.is_none() || canary.is_some_and(|canary| canary.traffic_routing.is_none()) {
        return false;
    }
    let is_dynamic = canary.is_some_and(|canary| canary.dynamic_stable_scale);
    abort_delay_seconds(pass.rollout()).is_some() && (!is_dynamic || has_explicit_abort_delay(pass.rollout()))
}

/// How many pods the wanted version is to have.
pub fn new_replicas(pass: &Pass<'_>, weights: Option<&TrafficWeights>) -> i64 {
    let rollout = pass.rollout();
    if let Some(blue_green) = &rollout.spec.strategy.blue_green {
        let preview = blue_green.preview_replica_count.map(i64::from);
        return preview.filter(|_| is_preview_sized(pass)).unwrap_or_else(|| pass.replicas());
    }
    let is_routed = rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.traffic_routing.is_some());
    if is_routed { routed(rollout, &pass.versions, weights).new } else { basic(rollout, &pass.versions).new }
}

/// Whether a blue-green version is still at the size of its preview.
fn is_preview_sized(pass: &Pass<'_>) -> bool {
    let before = pass.before();
    let active = pass.set_of(&before.blue_green.active_selector);
    if active.is_none() || active.map(|set| &set.name) == pass.new.map(|set| &set.name) || before.promote_full {
        return false;
    }
    // Unlike upstream: the stable version has all its pods, and going back to it would wait for ever to have fewer.
    if before.stable_rs == pass.new_hash() {
        return false;
    }
    let is_paused = pass.rollout().spec.paused || !before.pause_conditions.is_empty();
    pass.new_hash() != before.current_pod_hash || is_paused || !before.blue_green.scale_up_preview_check_point
}

/// Scales the wanted version, which stays for a while when it was aborted.
pub fn scale_new(pass: &mut Pass<'_>) -> Scaled {
    let Some(new) = pass.new else { return Scaled::No };
    let weights = pass.status.canary.weights.clone();
    let mut replicas = new_replicas(pass, weights.as_ref());
    if delays_on_abort(pass) {
        match new.deadline() {
            Some(deadline) if deadline > pass.now => {
                pass.plan.wake_at(deadline);
                pass.wait(
                    format!("the time at which the aborted version's ReplicaSet {} goes, {deadline:.0}", new.name),
                    None,
                    "time passing; retry or change the template to begin again",
                );
                scale(pass, new, new.size.spec);
                return Scaled::No;
            }
            Some(_) => replicas = 0,
            // A time that cannot be read is no time.
            None if new.has_deadline() => {}
            None => {
                scale(pass, new, new.size.spec);
                let is_stable_ready = pass.stable.is_some_and(|stable| stable.size.available >= pass.replicas());
                if is_stable_ready {
                    set_deadline(pass, new, abort_delay_seconds(pass.rollout()).unwrap_or_default());
                } else {
                    pass.wait("the stable version to have all its pods", None, "its pods becoming available");
                }
                return Scaled::No;
            }
        }
    }
    let replicas = replicas.max(held_by_share(pass, new, weights.as_ref()));
    scale(pass, new, replicas)
}

/// Pods that a version cannot do without as long as its share of the traffic was not taken from it.
fn held_by_share(pass: &Pass<'_>, set: &ReplicaSet, weights: Option<&TrafficWeights>) -> i64 {
    let share = weights.map(|weights| &weights.canary).filter(|canary| canary.pod_template_hash == set.hash);
    let Some(share) = share.filter(|share| share.weight > 0) else { return 0 };
    let rollout = pass.rollout();
    let pods = pods_for_weight(pass.replicas(), i64::from(share.weight), weight_max(rollout)).min(set.size.spec);
    // A step may ask for fewer pods than the share would need.
    if canary_scale(rollout).is_some() { pods.min(1) } else { pods }
}
