//! The conditions of a Rollout: what each says, and when it changes.

use crate::counts::current_step;
use crate::pass::Pass;
use crate::words::*;
use api::Time;
use api::rollouts::names::{
    CONDITION_AVAILABLE, CONDITION_COMPLETED, CONDITION_HEALTHY, CONDITION_PAUSED, CONDITION_PROGRESSING,
    CONDITION_REPLICA_FAILURE,
};
use api::rollouts::{Rollout, RolloutCondition, RolloutStatus};
use jiff::Timestamp;

/// How many warnings are told one by one: an object of a status is no report.
const WARNINGS_MAX: usize = 8;

/// What a condition says.
#[derive(Clone, Copy)]
pub enum Holds {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody can tell.
    Unknown,
}

impl Holds {
    fn as_str(self) -> &'static str {
        match self {
            Holds::True => "True",
            Holds::False => "False",
            Holds::Unknown => "Unknown",
        }
    }

    /// True or False.
    pub fn from(holds: bool) -> Self {
        if holds { Holds::True } else { Holds::False }
    }
}

/// A condition, found now.
pub fn condition(kind: &str, holds: Holds, reason: &str, message: impl Into<String>, now: Time) -> RolloutCondition {
    RolloutCondition {
        kind: kind.to_owned(),
        status: holds.as_str().to_owned(),
        last_update_time: now,
        last_transition_time: now,
        reason: reason.to_owned(),
        message: message.into(),
        ..RolloutCondition::default()
    }
}

/// The condition of that type.
pub fn find<'c>(conditions: &'c [RolloutCondition], kind: &str) -> Option<&'c RolloutCondition> {
    conditions.iter().find(|condition| condition.kind == kind)
}

/// Puts a condition in place of one of its type, and says whether status or reason changed. The time of transition
/// stays as long as the status does; a message alone is brought up to date in place.
pub fn set(conditions: &mut Vec<RolloutCondition>, mut new: RolloutCondition) -> bool {
    let Some(place) = conditions.iter().position(|condition| condition.kind == new.kind) else {
        conditions.push(new);
        return true;
    };
    let current = &mut conditions[place];
    if current.status == new.status && current.reason == new.reason {
        if current.message != new.message {
            current.message = new.message;
            current.last_update_time = new.last_update_time;
        }
        return false;
    }
    if current.status == new.status {
        new.last_transition_time = current.last_transition_time;
    }
    conditions.remove(place);
    conditions.push(new);
    true
}

/// Takes a condition away.
pub fn remove(conditions: &mut Vec<RolloutCondition>, kind: &str) {
    conditions.retain(|condition| condition.kind != kind);
}

/// Brings Progressing and Paused in step with pauses and the abort, so that the time spent paused never counts as
/// lack of progress. Only once the spec has been looked at as a whole.
pub fn follow_pauses(pass: &mut Pass<'_>) {
    let rollout = pass.rollout();
    if rollout.status.observed_generation != rollout.metadata.generation.to_string() {
        return;
    }
    let now = pass.time();
    let is_paused = !rollout.status.pause_conditions.is_empty() || rollout.spec.paused;
    let reason = find(&pass.conditions, CONDITION_PROGRESSING).map(|condition| condition.reason.clone());
    let was_aborted = reason.as_deref() == Some(REASON_ABORTED);
    let was_paused = reason.as_deref() == Some(REASON_PAUSED);
    let progressing = |reason, message| condition(CONDITION_PROGRESSING, Holds::Unknown, reason, message, now);
    if is_paused != was_paused && !was_aborted && !is_completed(&rollout.status) {
        let (reason, message) = if is_paused { (REASON_PAUSED, PAUSED) } else { (REASON_RESUMED, RESUMED) };
        set(&mut pass.conditions, progressing(reason, message));
    }
    if !rollout.status.abort && was_aborted {
        set(&mut pass.conditions, progressing(REASON_RETRY, RETRY));
    }
    let says_paused = find(&pass.conditions, CONDITION_PAUSED).is_some_and(|condition| condition.status == "True");
    if is_paused != says_paused && !was_aborted {
        set(&mut pass.conditions, condition(CONDITION_PAUSED, Holds::from(is_paused), REASON_PAUSED, PAUSED, now));
    }
}

/// Whether the wanted version is the stable one.
pub fn is_completed(status: &RolloutStatus) -> bool {
    !status.stable_rs.is_empty() && status.is_fully_promoted()
}

/// Whether all is as wanted.
pub fn is_healthy(rollout: &Rollout, status: &RolloutStatus) -> bool {
    let replicas = rollout.spec.replicas();
    let strategy = &rollout.spec.strategy;
    let is_switched = strategy.blue_green.as_ref().is_none_or(|blue_green| {
        let current = &status.current_pod_hash;
        status.blue_green.active_selector == *current
            && (blue_green.preview_service.is_empty() || status.blue_green.preview_selector == *current)
    });
    let is_stepped = strategy.canary.as_ref().is_none_or(|canary| {
        let steps = i32::try_from(canary.steps.len()).unwrap_or(i32::MAX);
        let is_past = steps == 0 || status.current_step_index.is_none_or(|index| index == steps);
        is_past && is_completed(status) && status.replicas == replicas
    });
    status.updated_replicas == replicas
        && status.available_replicas == replicas
        && rollout.status.observed_generation == rollout.metadata.generation.to_string()
        && is_switched
        && is_stepped
}

/// Whether anything moved since the last pass.
pub fn has_progressed(rollout: &Rollout, status: &RolloutStatus) -> bool {
    let before = &rollout.status;
    let strategy = &rollout.spec.strategy;
    let by_strategy = match (&strategy.canary, &strategy.blue_green) {
        (Some(_), _) => {
            let step_changed = match (status.current_step_index, before.current_step_index) {
                (Some(after), Some(before)) => after != before,
                _ => false,
            };
            status.stable_rs != before.stable_rs || step_changed || status.current_step_hash != before.current_step_hash
        }
        (None, Some(_)) => {
            status.blue_green.active_selector != before.blue_green.active_selector
                || status.blue_green.preview_selector != before.blue_green.preview_selector
        }
        (None, None) => false,
    };
    let old = |status: &RolloutStatus| status.replicas - status.updated_replicas;
    status.updated_replicas != before.updated_replicas
        || old(status) < old(before)
        || status.ready_replicas > before.ready_replicas
        || status.available_replicas > before.available_replicas
        || by_strategy
}

/// Since when there has been no progress, when that counts; `None` when it does not.
fn stuck_since(conditions: &[RolloutCondition]) -> Option<Timestamp> {
    let progressing = find(conditions, CONDITION_PROGRESSING)?;
    let counts = progressing.reason != REASON_ABORTED && progressing.reason != REASON_PAUSED;
    counts.then(|| progressing.last_update_time.timestamp())
}

fn has_timed_out(pass: &Pass<'_>, conditions: &[RolloutCondition]) -> bool {
    let Some(since) = stuck_since(conditions) else { return false };
    if find(conditions, CONDITION_PROGRESSING).is_some_and(|condition| condition.reason == REASON_TIMED_OUT) {
        return true;
    }
    let seconds = i64::from(pass.rollout().spec.progress_deadline_seconds());
    crate::pass::after(since, seconds) < pass.now
}

/// Whether it stands still for a reason that may take any time, so that no deadline applies.
fn may_take_any_time(pass: &Pass<'_>) -> bool {
    let step = current_step(pass.rollout()).and_then(|current| current.step);
    let at_open_step =
        step.is_some_and(|step| step.experiment.is_some() || step.analysis.is_some() || step.pause.is_some());
    let is_paused = find(&pass.conditions, CONDITION_PAUSED).is_some_and(|condition| condition.status == "True");
    // Nothing is under way where what is wanted is stable and has its pods, whatever old versions still have.
    let has_pods = pass.new.is_some_and(|new| new.size.available >= pass.replicas());
    let is_blue_green = pass.rollout().spec.strategy.blue_green.is_some();
    let is_active = !is_blue_green || pass.before().blue_green.active_selector == pass.new_hash();
    let is_done = is_completed(pass.before()) && has_pods && is_active;
    // A time that is over and could not be kept is no reason to wait for ever.
    at_open_step || is_paused || is_done || pass.others.iter().any(|set| set.is_within_delay(pass.now))
}

fn timed_out_message(pass: &Pass<'_>) -> String {
    match pass.new {
        Some(set) => format!("ReplicaSet {:?} has timed out progressing.", set.name),
        None => format!("Rollout {:?} has timed out progressing.", pass.rollout().metadata.name),
    }
}

/// Aborts when the spec says so and there has been no progress for too long.
pub fn abort_when_stuck(pass: &mut Pass<'_>, status: &RolloutStatus) {
    let applies = pass.rollout().spec.progress_deadline_abort && !pass.is_aborted() && !is_completed(status);
    if !applies || has_progressed(pass.rollout(), status) || may_take_any_time(pass) {
        return;
    }
    if has_timed_out(pass, &pass.conditions) {
        let message = timed_out_message(pass);
        pass.pause.abort(message);
    }
}

/// All conditions of a status whose other fields are there already.
pub fn write(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let became_unhealthy = write_healthy(pass, status);
    let is_aborted = pass.is_aborted();
    if is_aborted {
        write_aborted(pass, status);
    } else {
        write_progressing(pass, status, became_unhealthy);
    }
    write_available(pass, status);
    write_failure(pass, status);
    write_completed(pass, status);
    write_warnings(pass, status);
}

fn write_healthy(pass: &Pass<'_>, status: &mut RolloutStatus) -> bool {
    let is_paused = !status.pause_conditions.is_empty() || pass.rollout().spec.paused;
    let now = pass.time();
    if !is_paused && is_healthy(pass.rollout(), status) {
        set(&mut status.conditions, condition(CONDITION_HEALTHY, Holds::True, REASON_HEALTHY, HEALTHY, now));
        return false;
    }
    let was_there = find(&pass.conditions, CONDITION_HEALTHY).is_some();
    was_there
        && set(&mut status.conditions, condition(CONDITION_HEALTHY, Holds::False, REASON_HEALTHY, NOT_HEALTHY, now))
}

fn write_aborted(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let mut message = format!("Rollout aborted update to revision {}", pass.revision);
    if let Some(why) = pass.pause.abort_message().filter(|why| !why.is_empty()) {
        message = format!("{message}: {why}");
    } else if let Some(known) = find(&status.conditions, CONDITION_PROGRESSING)
        .filter(|known| known.reason == REASON_ABORTED && known.message.starts_with(&message))
    {
        // Why it was aborted is known to the pass that did it only, and must not be lost.
        message.clone_from(&known.message);
    }
    let aborted = condition(CONDITION_PROGRESSING, Holds::False, REASON_ABORTED, message.clone(), pass.time());
    if set(&mut status.conditions, aborted) {
        pass.warn(REASON_ABORTED, message);
    }
}

fn write_progressing(pass: &mut Pass<'_>, status: &mut RolloutStatus, became_unhealthy: bool) {
    let now = pass.time();
    let name = pass.new.map_or("", |set| set.name.as_str());
    let progressing = |holds, reason, message: String| condition(CONDITION_PROGRESSING, holds, reason, message, now);
    if is_healthy(pass.rollout(), status) {
        let message = format!("ReplicaSet {name:?} has successfully progressed.");
        set(&mut status.conditions, progressing(Holds::True, REASON_NEW_AVAILABLE, message));
    } else if has_progressed(pass.rollout(), status) || became_unhealthy {
        let (reason, message) = match pass.new {
            _ if status.is_fully_promoted() && became_unhealthy => (REASON_LOST_AVAILABILITY, NOT_AVAILABLE.to_owned()),
            Some(set) => (REASON_UPDATED, format!("ReplicaSet {:?} is progressing.", set.name)),
            None => (REASON_UPDATED, format!("Rollout {:?} is progressing.", pass.rollout().metadata.name)),
        };
        let mut new = progressing(Holds::True, reason, message);
        // Any progress moves the time of update, which the deadline counts from.
        if let Some(current) = find(&pass.conditions, CONDITION_PROGRESSING) {
            if current.status == "True" {
                new.last_transition_time = current.last_transition_time;
            }
            remove(&mut status.conditions, CONDITION_PROGRESSING);
        }
        set(&mut status.conditions, new);
    } else if !may_take_any_time(pass) && has_timed_out(pass, &status.conditions) {
        let message = timed_out_message(pass);
        let timed_out = condition(CONDITION_PROGRESSING, Holds::False, REASON_TIMED_OUT, message.clone(), now);
        if set(&mut status.conditions, timed_out) {
            // Unlike upstream, people are told too.
            pass.warn(REASON_TIMED_OUT, message);
        }
    }
}

fn write_available(pass: &Pass<'_>, status: &mut RolloutStatus) {
    let strategy = &pass.rollout().spec.strategy;
    let is_available = if strategy.blue_green.is_some() {
        pass.set_of(&status.blue_green.active_selector).is_some_and(|set| crate::scale::is_saturated(pass, set))
    } else {
        strategy.canary.is_some() && pass.sum(|size| size.available) >= pass.replicas()
    };
    let message = if is_available { AVAILABLE } else { NOT_AVAILABLE };
    let holds = Holds::from(is_available);
    set(&mut status.conditions, condition(CONDITION_AVAILABLE, holds, REASON_AVAILABLE, message, pass.time()));
}

fn write_failure(pass: &Pass<'_>, status: &mut RolloutStatus) {
    let of_new = pass.new.and_then(|set| set.failure.as_ref());
    match of_new.or_else(|| pass.world.sets.iter().find_map(|set| set.failure.as_ref())) {
        Some(failure) => {
            set(&mut status.conditions, failure.clone());
        }
        None => remove(&mut status.conditions, CONDITION_REPLICA_FAILURE),
    }
}

fn write_completed(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let is_completed = is_completed(status);
    let holds = Holds::from(is_completed);
    let completed = condition(CONDITION_COMPLETED, holds, REASON_COMPLETED, REASON_COMPLETED, pass.time());
    if set(&mut status.conditions, completed) && !is_completed {
        let (revision, hash) = (pass.revision, status.current_pod_hash.clone());
        let message = format!("Rollout not completed, started update to revision {revision} ({hash})");
        pass.tell(REASON_NOT_COMPLETED, message);
    }
}

/// What of the spec does not hold, as a condition for as long as it does not, and as an event for each change of it.
fn write_warnings(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let warnings = pass.world.warnings;
    if warnings.is_empty() {
        return remove(&mut status.conditions, SPEC_WARNING);
    }
    let mut message = warnings.iter().take(WARNINGS_MAX).cloned().collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = warnings.len().checked_sub(WARNINGS_MAX) {
        message = format!("{message}; and {more} more");
    }
    let is_known = find(&status.conditions, SPEC_WARNING).is_some_and(|known| known.message == message);
    set(&mut status.conditions, condition(SPEC_WARNING, Holds::True, SPEC_WARNING, message.clone(), pass.time()));
    if !is_known {
        pass.warn(SPEC_WARNING, message);
    }
}

/// When lack of progress must be looked at, as long as it counts.
pub fn watch_progress(pass: &mut Pass<'_>, status: &RolloutStatus) {
    let is_paused = !status.pause_conditions.is_empty() || pass.rollout().spec.paused;
    let reason = find(&status.conditions, CONDITION_PROGRESSING).map(|condition| condition.reason.clone());
    let deadlines = pass.others.iter().filter(|set| set.is_within_delay(pass.now)).filter_map(|set| set.deadline());
    if let Some(deadline) = deadlines.min() {
        pass.plan.wake_at(deadline);
    }
    if is_healthy(pass.rollout(), status)
        || reason.as_deref() == Some(REASON_TIMED_OUT)
        || is_paused
        || status.abort
        || may_take_any_time(pass)
    {
        return;
    }
    if let Some(since) = stuck_since(&status.conditions) {
        // A second later, since times on objects have whole seconds.
        pass.wake_after(since, i64::from(pass.rollout().spec.progress_deadline_seconds()) + 1);
    }
}
