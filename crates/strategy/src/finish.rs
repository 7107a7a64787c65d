//! The end of a pass: the status that follows from everything decided.

use crate::conditions;
use crate::counts::threshold_met;
use crate::duration;
use crate::pass::Pass;
use crate::phase::phase;
use crate::words::{PAUSED, REASON_PAUSED, REASON_RESUMED};
use api::rollouts::names::{ANNOTATION_WORKLOAD_GENERATION, CONDITION_INVALID_SPEC};
use api::rollouts::{Rollout, RolloutPhase, RolloutStatus};

/// A number of pods as the status has it.
pub fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The fields every strategy has.
pub fn base(pass: &Pass<'_>) -> RolloutStatus {
    let before = pass.before();
    let mut status = pass.status.clone();
    status.current_pod_hash = pass.new.map_or_else(|| pass.world.identity.template.clone(), |set| set.hash.clone());
    status.replicas = count(pass.sum(|size| size.actual));
    status.updated_replicas = count(pass.new.map_or(0, |set| set.size.actual));
    status.ready_replicas = count(pass.sum(|size| size.ready));
    status.collision_count = before.collision_count;
    status.conditions.clone_from(&pass.conditions);
    conditions::remove(&mut status.conditions, CONDITION_INVALID_SPEC);
    status.stable_rs.clone_from(&before.stable_rs);
    // Compat: compared with the stable version before it is known here, as it is kept only in an update.
    status.promote_full = before.promote_full;
    status
}

/// As if an update began: nothing of the one before is left.
pub fn reset(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    pass.pause.clear();
    pass.pause.remove_abort();
    status.restarted_at = pass.rollout().spec.restart_at;
    status.promote_full = false;
    status.blue_green.pre_promotion_analysis_run_status = None;
    status.blue_green.post_promotion_analysis_run_status = None;
    status.blue_green.scale_up_preview_check_point = false;
    status.canary.current_step_analysis_run_status = None;
    status.canary.current_background_analysis_run_status = None;
    status.canary.step_plugin_statuses.clear();
    let has_steps = pass.rollout().spec.strategy.canary.as_ref().is_some_and(|canary| !canary.steps.is_empty());
    status.current_step_index = has_steps.then_some(0);
}

/// Abort, pauses, conditions, phase and duration; the status is written when it differs.
pub fn finish(pass: &mut Pass<'_>, mut status: RolloutStatus) {
    let rollout = pass.rollout();
    status.observed_generation = rollout.metadata.generation.to_string();
    status.workload_observed_generation = workload_generation(rollout);
    conditions::abort_when_stuck(pass, &status);
    if pass.pause.abort_message().is_some() {
        // Unlike upstream: the wish for a full promotion would undo the abort, and the deadline abort it again, for ever.
        status.promote_full = false;
    }
    pass.pause.write(pass.before(), &mut status, pass.time());
    conditions::write(pass, &mut status);
    let (phase, message) = shown(pass, &status);
    status.phase = phase.to_string();
    status.message = message;
    status.duration = duration::write(pass, &status);
    tell_pauses(pass, &status);
    wait_for_people(pass, &status);
    conditions::watch_progress(pass, &status);
    if status != rollout.status {
        pass.plan.status = Some(Box::new(status));
    }
}

/// The phase, and why.
///
/// Unlike upstream, pods of an old version that stays for its delay do not stand in for those of a canary.
fn shown(pass: &Pass<'_>, status: &RolloutStatus) -> (RolloutPhase, String) {
    let found = phase(&pass.rollout().spec, status);
    let Some(canary) = pass.rollout().spec.strategy.canary.as_ref() else { return found };
    let threshold = canary.replica_progress_threshold.as_ref();
    let has_pods = pass.new.is_none_or(|new| {
        new.size.available >= pass.replicas() || threshold_met(threshold, Some(new.size), pass.replicas())
    });
    if found.0 == RolloutPhase::Healthy && !has_pods {
        return (RolloutPhase::Progressing, "updated replicas are still becoming available".to_owned());
    }
    found
}

fn workload_generation(rollout: &Rollout) -> String {
    if rollout.spec.workload_ref.is_none() {
        return String::new();
    }
    rollout.annotation(ANNOTATION_WORKLOAD_GENERATION).unwrap_or("0").to_owned()
}

fn tell_pauses(pass: &mut Pass<'_>, status: &RolloutStatus) {
    let was_paused = !pass.before().pause_conditions.is_empty();
    match (was_paused, status.pause_conditions.first()) {
        (false, Some(pause)) => pass.tell(REASON_PAUSED, format!("{PAUSED} ({})", pause.reason)),
        // An abort ends pauses too, and is no resume.
        (true, None) if status.aborted_at.is_none() => pass.tell(REASON_RESUMED, crate::words::RESUMED),
        _ => {}
    }
}

fn wait_for_people(pass: &mut Pass<'_>, status: &RolloutStatus) {
    let name = &pass.rollout().metadata.name;
    if pass.rollout().spec.paused {
        pass.wait("a user: spec.paused is set", None, format!("kubectl argo rollouts promote {name}"));
    }
    if status.abort {
        let since = status.aborted_at.map(api::Time::timestamp);
        pass.wait(
            "a user: the update was aborted",
            since,
            format!("kubectl argo rollouts retry rollout {name}, or another template"),
        );
    }
    for pause in &status.pause_conditions {
        let since = Some(pause.start_time.timestamp());
        pass.wait(
            format!("the end of the pause {}", pause.reason),
            since,
            format!("kubectl argo rollouts promote {name}"),
        );
    }
}
