//! Where a Rollout stands, in one word and one line, as every client shows it.

use crate::words::{REASON_ABORTED, REASON_TIMED_OUT};
use api::Time;
use api::rollouts::names::{ANNOTATION_WORKLOAD_GENERATION, CONDITION_INVALID_SPEC};
use api::rollouts::{AnalysisPhase, BlueGreenStrategy, Rollout, RolloutPhase, RolloutSpec, RolloutStatus};

/// Phase and message that follow from spec and status; what the controller writes.
#[must_use]
pub fn phase(spec: &RolloutSpec, status: &RolloutStatus) -> (RolloutPhase, String) {
    use RolloutPhase::{Degraded, Healthy, Paused, Progressing};
    for condition in &status.conditions {
        if condition.kind == CONDITION_INVALID_SPEC {
            return (Degraded, format!("{CONDITION_INVALID_SPEC}: {}", condition.message));
        }
        if condition.reason == REASON_ABORTED || condition.reason == REASON_TIMED_OUT {
            return (Degraded, format!("{}: {}", condition.reason, condition.message));
        }
    }
    if spec.paused {
        return (Paused, "manually paused".to_owned());
    }
    if let Some(pause) = status.pause_conditions.first() {
        return (Paused, pause.reason.clone());
    }
    let progress = restarting(spec.restart_at, status.restarted_at)
        .or_else(|| pods(spec, status))
        .or_else(|| blue_green(spec, status))
        .or_else(|| canary(spec, status));
    match progress {
        Some(message) => (Progressing, message.to_owned()),
        None => (Healthy, String::new()),
    }
}

/// Phase and message as clients show them: what the controller wrote, unless it has not yet seen what was asked for.
#[must_use]
pub fn shown_phase(rollout: &Rollout) -> (String, String) {
    let progressing = |message: &str| (RolloutPhase::Progressing.to_string(), message.to_owned());
    let status = &rollout.status;
    if !is_generation_observed(rollout) {
        return progressing("waiting for rollout spec update to be observed");
    }
    if status.controller_pause && status.pause_conditions.is_empty() {
        return progressing("waiting for rollout to unpause");
    }
    if rollout.spec.workload_ref.is_some() && !is_workload_observed(rollout) {
        return progressing("waiting for rollout spec update to be observed for the reference workload");
    }
    if !status.phase.is_empty() {
        return (status.phase.clone(), status.message.clone());
    }
    let (phase, message) = phase(&rollout.spec, status);
    (phase.to_string(), message)
}

// Compat: something that is no number, or a number that is ahead, comes from releases that wrote a hash there.
fn is_generation_observed(rollout: &Rollout) -> bool {
    rollout.status.observed_generation.parse::<i64>().is_ok_and(|seen| seen >= rollout.metadata.generation)
        || rollout.status.observed_generation.parse::<i64>().is_err()
}

fn is_workload_observed(rollout: &Rollout) -> bool {
    let Some(wanted) = rollout.annotation(ANNOTATION_WORKLOAD_GENERATION) else { return true };
    let seen = rollout.status.workload_observed_generation.parse::<i64>();
    seen.is_err() || seen == wanted.parse::<i64>()
}

fn restarting(wanted: Option<Time>, done: Option<Time>) -> Option<&'static str> {
    (wanted.is_some() && wanted != done).then_some("rollout is restarting")
}

fn pods(spec: &RolloutSpec, status: &RolloutStatus) -> Option<&'static str> {
    if status.updated_replicas < spec.replicas() {
        return Some("more replicas need to be updated");
    }
    (status.available_replicas < status.updated_replicas).then_some("updated replicas are still becoming available")
}

fn blue_green(spec: &RolloutSpec, status: &RolloutStatus) -> Option<&'static str> {
    let strategy = spec.strategy.blue_green.as_ref()?;
    let active = status.blue_green.active_selector.as_str();
    if active.is_empty() || active != status.current_pod_hash {
        return Some("active service cutover pending");
    }
    if !status.stable_rs.is_empty() && status.is_fully_promoted() {
        return None;
    }
    let analysing = is_waiting_for_analysis(strategy, status);
    Some(if analysing {
        "waiting for analysis to complete"
    } else {
        "waiting for post-promotion verification to complete"
    })
}

fn is_waiting_for_analysis(strategy: &BlueGreenStrategy, status: &RolloutStatus) -> bool {
    let run = status.blue_green.post_promotion_analysis_run_status.as_ref();
    let is_completed = run.and_then(|run| AnalysisPhase::parse(&run.status)).is_some_and(AnalysisPhase::is_completed);
    strategy.post_promotion_analysis.is_some() && !is_completed
}

fn canary(spec: &RolloutSpec, status: &RolloutStatus) -> Option<&'static str> {
    let strategy = spec.strategy.canary.as_ref().filter(|_| spec.strategy.blue_green.is_none())?;
    if strategy.traffic_routing.is_none() && status.replicas > status.updated_replicas {
        return Some("old replicas are pending termination");
    }
    let is_promoted = !status.stable_rs.is_empty() && status.is_fully_promoted();
    (!is_promoted).then_some("waiting for all steps to complete")
}
