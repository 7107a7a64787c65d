//! The conditions of an Experiment: whether it goes on, and whether its spec can be carried out. Pure.

use super::assess::ends_at;
use api::rollouts::{AnalysisPhase, Experiment, ExperimentCondition, ExperimentStatus, ExperimentTemplateStatus};
use jiff::Timestamp;

/// Whether it goes on.
const PROGRESSING: &str = "Progressing";
/// The spec cannot be carried out.
const INVALID: &str = "InvalidSpec";

/// Brings the conditions up to date, all else of the status being decided.
pub fn settle(experiment: &Experiment, status: &mut ExperimentStatus, now: Timestamp) {
    status.conditions.retain(|condition| condition.kind != INVALID);
    let name = &experiment.metadata.name;
    if status.phase() == Some(AnalysisPhase::Successful) {
        let message = format!("Experiment \"{name}\" has successfully ran and completed.");
        set(status, condition(PROGRESSING, "False", "ExperimentCompleted", message, now));
    } else if has_progressed(&experiment.status, status) {
        let message = format!("Experiment \"{name}\" is progressing.");
        let mut condition = condition(PROGRESSING, "True", "ReplicaSetUpdated", message, now);
        // Each progress is noted, unlike with other conditions.
        if let Some(known) = status.conditions.iter().find(|it| it.kind == PROGRESSING && it.status == "True") {
            condition.last_transition_time = known.last_transition_time;
        }
        status.conditions.retain(|condition| condition.kind != PROGRESSING);
        status.conditions.push(condition);
    } else if is_running(experiment, now) {
        let message = format!("Experiment \"{name}\" is running.");
        set(status, condition(PROGRESSING, "True", "NewReplicaSetAvailable", message, now));
    }
}

/// The conditions of one whose spec cannot be carried out.
pub fn refused(known: &[ExperimentCondition], problem: &str, now: Timestamp) -> Vec<ExperimentCondition> {
    let mut conditions = known.to_vec();
    if !conditions.iter().any(|it| it.kind == INVALID && it.message == problem) {
        conditions.retain(|it| it.kind != INVALID);
        conditions.push(condition(INVALID, "True", INVALID, problem.to_owned(), now));
    }
    conditions
}

fn condition(kind: &str, status: &str, reason: &str, message: String, now: Timestamp) -> ExperimentCondition {
    ExperimentCondition {
        kind: kind.to_owned(),
        status: status.to_owned(),
        last_update_time: now.into(),
        last_transition_time: now.into(),
        reason: reason.to_owned(),
        message,
        ..ExperimentCondition::default()
    }
}

/// Puts a condition in the place of the one of its kind, unless that says the same.
fn set(status: &mut ExperimentStatus, mut condition: ExperimentCondition) {
    let known = status.conditions.iter().find(|it| it.kind == condition.kind);
    if let Some(known) = known.filter(|it| it.status == condition.status) {
        if known.reason == condition.reason {
            return;
        }
        condition.last_transition_time = known.last_transition_time;
    }
    status.conditions.retain(|it| it.kind != condition.kind);
    status.conditions.push(condition);
}

/// Whether pods came or went.
fn has_progressed(before: &ExperimentStatus, after: &ExperimentStatus) -> bool {
    let counts =
        |it: &ExperimentTemplateStatus| (it.replicas, it.updated_replicas, it.ready_replicas, it.available_replicas);
    let (old, new) = (&before.template_statuses, &after.template_statuses);
    let is_other =
        |old: &ExperimentTemplateStatus| new.iter().any(|new| new.name == old.name && counts(new) != counts(old));
    old.len() < new.len() || old.iter().any(is_other)
}

/// Whether all its versions are there, and its time is not over.
fn is_running(experiment: &Experiment, now: Timestamp) -> bool {
    experiment.status.available_at.is_some() && ends_at(experiment).is_none_or(|end| now <= end)
}
