//! The status of a Deployment: its counts, whether enough is available, and whether the rollout makes progress.

use super::condition::{self, Condition};
use super::fenceposts::max_unavailable;
use super::observed::{Deployment, NewCondition, ReplicaSet, Status};
use super::rollout::Rollout;
use crate::reading::{after_seconds, time_text};
use jiff::Timestamp;

/// The counts and the `Available` condition as of now.
pub(super) fn count(rollout: &mut Rollout) {
    let sum = |count: fn(&ReplicaSet) -> i64| rollout.all().map(count).sum::<i64>();
    let available = sum(|set| set.status.available_replicas);
    // A ReplicaSet that was not looked at yet has nothing terminating: the status need not change for it twice.
    let terminating = |set: &ReplicaSet| match set.status.observed_generation {
        0 => Some(set.status.terminating_replicas.unwrap_or_default()),
        _ => set.status.terminating_replicas,
    };
    let terminating: Option<i64> = rollout.all().map(terminating).sum();
    let before = &rollout.deployment.status;
    let status = Status {
        observed_generation: rollout.deployment.object.meta().generation,
        replicas: sum(|set| set.status.replicas),
        updated_replicas: rollout.new.as_ref().map_or(0, |new| new.status.replicas),
        ready_replicas: sum(|set| set.status.ready_replicas),
        available_replicas: available,
        unavailable_replicas: (rollout.total() - available).max(0),
        terminating_replicas: terminating,
        conditions: before.conditions.clone(),
        collision_count: before.collision_count,
    };
    let deployment = &mut rollout.deployment;
    deployment.status = status;
    let enough = available >= deployment.replicas() - max_unavailable(deployment);
    let (status, reason, message) = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let condition = NewCondition { r#type: "Available", status, reason, message: message.to_owned() };
    deployment.set_condition(rollout.now, condition);
}

/// The counts and, beyond them, how the rollout goes compared with the status before.
pub(super) fn judge(rollout: &mut Rollout, before: &Status) {
    let current = rollout.deployment.progressing().cloned();
    count(rollout);
    let subject = match &rollout.new {
        Some(new) => format!("ReplicaSet \"{}\"", new.name),
        None => format!("Deployment \"{}\"", rollout.deployment.object.name()),
    };
    let deployment = &mut rollout.deployment;
    match deployment.progress_deadline() {
        None => condition::remove(&mut deployment.status.conditions, "Progressing"),
        Some(deadline) => {
            let status = &deployment.status;
            let over = status.replicas == status.updated_replicas
                && current.as_ref().is_some_and(|current| current.reason == COMPLETE);
            if !over {
                progress(deployment, before, &Judged { now: rollout.now, deadline, subject, current });
            }
        }
    }
    report_failures(rollout);
}

/// The reason of a rollout that has ended well.
const COMPLETE: &str = "NewReplicaSetAvailable";
/// The reason of a rollout that stands still for too long.
pub(super) const TIMED_OUT: &str = "ProgressDeadlineExceeded";

struct Judged {
    now: Timestamp,
    deadline: i64,
    subject: String,
    current: Option<Condition>,
}

fn progress(deployment: &mut Deployment, before: &Status, judged: &Judged) {
    let Judged { now, deadline, subject, current } = judged;
    let condition = |status, reason, message| NewCondition { r#type: "Progressing", status, reason, message };
    if is_complete(deployment) {
        let message = format!("{subject} has successfully progressed.");
        deployment.set_condition(*now, condition("True", COMPLETE, message));
    } else if progressed(before, &deployment.status) {
        let message = format!("{subject} is progressing.");
        condition::remove(&mut deployment.status.conditions, "Progressing");
        deployment.set_condition(*now, condition("True", "ReplicaSetUpdated", message));
        // The time of the last progress moves on, that of the last transition does not.
        if let Some(current) = current.as_ref().filter(|current| current.status == "True")
            && let Some(updated) = deployment.status.conditions.last_mut()
        {
            updated.last_transition_time.clone_from(&current.last_transition_time);
        }
    } else if is_late(deployment.progressing(), *deadline, *now) {
        let message = format!("{subject} has timed out progressing.");
        deployment.set_condition(*now, condition("False", TIMED_OUT, message));
    }
}

/// Whether all replicas are new and available.
pub(super) fn is_complete(deployment: &Deployment) -> bool {
    let status = &deployment.status;
    let desired = deployment.replicas();
    status.updated_replicas == desired
        && status.replicas == desired
        && status.available_replicas == desired
        && status.observed_generation >= deployment.object.meta().generation
}

fn progressed(before: &Status, after: &Status) -> bool {
    let old = |status: &Status| status.replicas - status.updated_replicas;
    after.updated_replicas > before.updated_replicas
        || old(after) < old(before)
        || after.ready_replicas > before.ready_replicas
        || after.available_replicas > before.available_replicas
}

fn is_late(condition: Option<&Condition>, deadline: i64, now: Timestamp) -> bool {
    let Some(condition) = condition else { return false };
    if condition.reason == COMPLETE {
        return false;
    }
    condition.reason == TIMED_OUT || deadline_of(condition, deadline).is_some_and(|limit| limit < now)
}

fn deadline_of(condition: &Condition, deadline: i64) -> Option<Timestamp> {
    let last: Timestamp = condition.last_update_time.parse().ok()?;
    Some(after_seconds(last, deadline))
}

/// When a rollout that stands still would be late; `None` when it is over or has no deadline.
pub(super) fn check_at(deployment: &Deployment) -> Option<Timestamp> {
    let deadline = deployment.progress_deadline()?;
    let condition = deployment.progressing()?;
    if is_complete(deployment) || condition.reason == TIMED_OUT || condition.reason == COMPLETE {
        return None;
    }
    // One second later: times in conditions are whole seconds.
    Some(after_seconds(deadline_of(condition, deadline)?, 1))
}

/// A ReplicaSet that cannot make pods tells its Deployment.
fn report_failures(rollout: &mut Rollout) {
    let failure =
        |set: &ReplicaSet| set.status.conditions.iter().find(|condition| condition.r#type == "ReplicaFailure").cloned();
    let found = rollout.new.iter().chain(&rollout.old).find_map(failure);
    let conditions = &mut rollout.deployment.status.conditions;
    match found {
        Some(mut condition) => {
            condition.last_update_time.clone_from(&condition.last_transition_time);
            if condition.last_update_time.is_empty() {
                condition.last_update_time = time_text(rollout.now);
            }
            condition::set(conditions, condition);
        }
        None => condition::remove(conditions, "ReplicaFailure"),
    }
}
