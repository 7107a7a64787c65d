//! How long a rollout takes, and how much of that is waiting for people.

use crate::conditions::{find, is_completed};
use crate::counts::current_step;
use crate::pass::Pass;
use crate::promotion::{is_fast_rollback, is_rollback};
use crate::words::REASON_ABORTED;
use api::Time;
use api::rollouts::names::{
    CONDITION_INVALID_SPEC, CONDITION_PROGRESSING, PAUSE_BLUE_GREEN, PAUSE_CANARY_STEP, PAUSE_INCONCLUSIVE_ANALYSIS,
    PAUSE_INCONCLUSIVE_EXPERIMENT,
};
use api::rollouts::{RolloutDuration, RolloutStatus};

/// The duration of a status whose other fields are there already.
pub fn write(pass: &Pass<'_>, status: &RolloutStatus) -> Option<RolloutDuration> {
    if find(&status.conditions, CONDITION_INVALID_SPEC).is_some() {
        return status.duration.clone();
    }
    let before = pass.before();
    let mut duration = status.duration.clone();
    let is_target_reached = is_promoted(status) && pass.new.is_some_and(|set| set.size.available >= pass.replicas());
    let was_running = before.duration.as_ref().is_some_and(|it| it.rollout_started_at.is_some() && !is_over(it));
    let mut was_paused = before.duration.as_ref().is_some_and(|it| it.manual_pause_started_at.is_some());
    let has_changed = before.current_pod_hash.is_empty() || crate::revision::has_changed(pass);
    if let Some(duration) = duration.as_mut().filter(|_| was_running) {
        if has_changed {
            supersede(pass, duration);
        }
        let known = duration.completion_status.clone();
        if is_target_reached && !is_over(duration) {
            complete(duration, pass.time(), known.as_deref().unwrap_or("Promoted"));
            return Some(duration.clone());
        }
        if pass.is_aborted() && !is_over(duration) {
            complete(duration, pass.time(), known.as_deref().unwrap_or("Aborted"));
        }
    }
    if duration.as_ref().is_none_or(|duration| is_over(duration) && !is_target_reached) {
        was_paused = false;
        let was_aborted = find(&before.conditions, CONDITION_PROGRESSING).is_some_and(|it| it.reason == REASON_ABORTED);
        let is_retried = !pass.is_aborted() && was_aborted;
        if (has_changed && !is_target_reached) || is_retried {
            duration = Some(RolloutDuration { rollout_started_at: Some(pass.time()), ..RolloutDuration::default() });
        }
    }
    let mut duration = duration?;
    if !is_over(&duration) {
        count_pause(pass, status, &mut duration, was_paused);
    }
    Some(duration)
}

fn is_promoted(status: &RolloutStatus) -> bool {
    is_completed(status)
}

fn is_over(duration: &RolloutDuration) -> bool {
    duration.rollout_started_at.is_some() && duration.finished_at.is_some()
}

/// The template changed before it was done: gone back, or on to yet another version.
fn supersede(pass: &Pass<'_>, duration: &mut RolloutDuration) {
    if is_rollback(pass) {
        let how = if is_fast_rollback(pass) { "FastRolledBack" } else { "RolledBack" };
        duration.completion_status = Some(how.to_owned());
    } else {
        complete(duration, pass.time(), "Superseded");
    }
}

fn complete(duration: &mut RolloutDuration, now: Time, how: &str) {
    end_pause(duration, now);
    duration.finished_at = Some(now);
    duration.completion_status = Some(how.to_owned());
}

fn end_pause(duration: &mut RolloutDuration, now: Time) {
    if let Some(since) = duration.manual_pause_started_at.take() {
        let seconds = now.timestamp().duration_since(since.timestamp()).as_secs();
        duration.total_manual_pause_duration_seconds =
            Some(duration.total_manual_pause_duration_seconds.unwrap_or(0) + seconds);
    }
}

fn count_pause(pass: &Pass<'_>, status: &RolloutStatus, duration: &mut RolloutDuration, was_paused: bool) {
    let waits_for_people =
        pass.rollout().spec.paused || status.pause_conditions.iter().any(|pause| needs_people(pass, &pause.reason));
    match (was_paused, waits_for_people) {
        (true, false) => end_pause(duration, pass.time()),
        (false, true) if duration.manual_pause_started_at.is_none() => {
            duration.manual_pause_started_at = Some(pass.time());
        }
        _ => {}
    }
}

fn needs_people(pass: &Pass<'_>, reason: &str) -> bool {
    match reason {
        PAUSE_INCONCLUSIVE_ANALYSIS | PAUSE_INCONCLUSIVE_EXPERIMENT => true,
        PAUSE_CANARY_STEP => {
            let step = current_step(pass.rollout()).and_then(|current| current.step);
            step.and_then(|step| step.pause.as_ref()).is_some_and(|pause| pause.duration.is_none())
        }
        PAUSE_BLUE_GREEN => {
            let blue_green = pass.rollout().spec.strategy.blue_green.as_ref();
            blue_green.is_some_and(|blue_green| blue_green.auto_promotion_enabled == Some(false))
        }
        _ => false,
    }
}
