//! When the wanted version becomes the stable one, and when going back skips the steps.

use crate::counts::{current_step, threshold_met};
use crate::pass::Pass;
use crate::plan::Action;
use crate::run_roles::{Role, current as current_run};
use crate::words::REASON_COMPLETED;
use crate::world::Targets;
use api::rollouts::RolloutStatus;
use traffic::is_stable_ping;

/// Whether the wanted version is the stable one or older than it.
pub fn is_rollback(pass: &Pass<'_>) -> bool {
    let (Some(new), Some(stable)) = (pass.new, pass.stable) else { return false };
    pass.before().stable_rs == new.hash || new.created < stable.created
}

/// Whether it is gone back to without steps.
pub fn is_fast_rollback(pass: &Pass<'_>) -> bool {
    if !is_rollback(pass) {
        return false;
    }
    let is_up = pass.is_new_within_delay && pass.rollout().spec.strategy.blue_green.is_some();
    is_within_window(pass) || is_up || pass.before().stable_rs == pass.new_hash()
}

/// Whether so few versions were made between it and the stable one that it is gone back to without steps.
pub fn is_within_window(pass: &Pass<'_>) -> bool {
    let (Some(new), Some(stable)) = (pass.new, pass.stable) else { return false };
    let window = pass.rollout().spec.rollback_window.as_ref().map_or(0, |window| window.revisions);
    if window <= 0 || new.created >= stable.created {
        return false;
    }
    let sets = pass.world.sets.iter().filter(|set| !set.is_of_experiment());
    let between = sets.filter(|set| new.created < set.created && set.created < stable.created).count();
    between < usize::try_from(window).unwrap_or(0)
}

/// Why the wanted version becomes the stable one now; `None` while it does not. The order of the questions matters.
pub fn reason(pass: &Pass<'_>, status: &RolloutStatus) -> Option<String> {
    if pass.stable.is_none() {
        return Some("Initial deploy".to_owned());
    }
    let strategy = &pass.rollout().spec.strategy;
    if strategy.canary.is_some() {
        canary(pass)
    } else {
        strategy.blue_green.as_ref().and_then(|_| blue_green(pass, status))
    }
}

fn canary(pass: &Pass<'_>) -> Option<String> {
    let canary = pass.rollout().spec.strategy.canary.as_ref()?;
    let new = pass.new.filter(|_| !pass.is_aborted())?;
    let threshold = canary.replica_progress_threshold.as_ref();
    if new.size.available < pass.replicas() && !threshold_met(threshold, Some(new.size), pass.replicas()) {
        return None;
    }
    if let Some(reason) = fast(pass) {
        return Some(reason.to_owned());
    }
    let steps = canary.steps.len();
    let is_past = current_step(pass.rollout()).is_none_or(|current| current.index == steps);
    is_past.then(|| format!("Completed all {steps} canary steps"))
}

fn fast(pass: &Pass<'_>) -> Option<&'static str> {
    if pass.before().promote_full {
        return Some("Full promotion requested");
    }
    is_fast_rollback(pass).then(|| if is_within_window(pass) { "Rollback within window" } else { "Fast rollback" })
}

fn blue_green(pass: &Pass<'_>, status: &RolloutStatus) -> Option<String> {
    let active = status.blue_green.active_selector.as_str();
    if active.is_empty() {
        return Some("Initial deploy".to_owned());
    }
    if active != status.current_pod_hash || pass.world.targets == Targets::Unverified {
        return None;
    }
    if let Some(reason) = fast(pass) {
        return Some(reason.to_owned());
    }
    let blue_green = pass.rollout().spec.strategy.blue_green.as_ref()?;
    let is_analysed = blue_green.post_promotion_analysis.is_none()
        || current_run(pass, Role::PostPromotion).is_some_and(|run| run.phase == "Successful");
    (!pass.is_aborted() && is_analysed).then(|| "Completed blue-green update".to_owned())
}

/// Makes the wanted version the stable one.
pub fn promote(pass: &mut Pass<'_>, status: &mut RolloutStatus, reason: &str) {
    pass.pause.clear();
    pass.pause.remove_abort();
    status.promote_full = false;
    status.blue_green.scale_up_preview_check_point = false;
    let rollout = pass.rollout();
    if let Some(canary) = &rollout.spec.strategy.canary {
        let steps = i32::try_from(canary.steps.len()).unwrap_or(i32::MAX);
        status.current_step_index = (steps > 0).then_some(steps);
    }
    if status.stable_rs != status.current_pod_hash {
        if rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.ping_pong.is_some()) {
            status.canary.stable_ping_pong = if is_stable_ping(rollout) { "pong" } else { "ping" }.to_owned();
        }
        if let Some(duration) = status.duration.as_mut().filter(|duration| duration.completion_status.is_none()) {
            let how = if rollout.status.promote_full { "FastPromoted" } else { "Promoted" };
            duration.completion_status = Some(how.to_owned());
        }
        status.stable_rs.clone_from(&status.current_pod_hash);
        let (revision, hash) = (pass.revision, &status.current_pod_hash);
        let message = format!("Rollout completed update to revision {revision} ({hash}): {reason}");
        pass.tell(REASON_COMPLETED, message);
    }
    let scale_down = rollout.spec.workload_ref.as_ref().map_or("", |workload| workload.scale_down.as_str());
    if scale_down == "onsuccess" && rollout.status.phase == "Healthy" {
        pass.act(Action::ScaleWorkload(0));
    }
}
