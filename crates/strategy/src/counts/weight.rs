//! Which share of the traffic the step asks for.

use super::share::pods_for_weight;
use super::versions::Versions;
use api::rollouts::names::{DEFAULT_ABORT_SCALE_DOWN_DELAY_SECONDS, DEFAULT_MAX_TRAFFIC_WEIGHT};
use api::rollouts::{CanaryStep, Rollout, SetCanaryScale};

/// What weights add up to.
#[must_use]
pub fn weight_max(rollout: &Rollout) -> i64 {
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    i64::from(routing.and_then(|routing| routing.max_traffic_weight).unwrap_or(DEFAULT_MAX_TRAFFIC_WEIGHT))
}

/// The step a canary is at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurrentStep<'a> {
    /// Its number, from 0.
    pub index: usize,
    /// The step; `None` past the last.
    pub step: Option<&'a CanaryStep>,
}

/// The step a canary is at; `None` when it has no steps.
#[must_use]
pub fn current_step(rollout: &Rollout) -> Option<CurrentStep<'_>> {
    let steps = steps(rollout);
    if steps.is_empty() {
        return None;
    }
    // A negative number, which only a user can have written, counts as the first step.
    let index = usize::try_from(rollout.status.current_step_index.unwrap_or(0)).unwrap_or(0);
    Some(CurrentStep { index, step: steps.get(index) })
}

fn steps(rollout: &Rollout) -> &[CanaryStep] {
    rollout.spec.strategy.canary.as_ref().map_or(&[], |canary| &canary.steps)
}

/// The steps up to and with the current one, last first; `None` past the last and without steps.
fn steps_so_far(rollout: &Rollout) -> Option<impl Iterator<Item = &CanaryStep>> {
    let current = current_step(rollout)?;
    current.step?;
    Some(steps(rollout)[..=current.index].iter().rev())
}

/// The weight of the last `setWeight` up to the current step: none before the first, all past the last step.
#[must_use]
pub fn set_weight(rollout: &Rollout) -> i64 {
    if rollout.status.abort {
        return 0;
    }
    match steps_so_far(rollout) {
        None => weight_max(rollout),
        Some(mut steps) => steps.find_map(|step| step.set_weight).map_or(0, i64::from),
    }
}

/// The weight that is wanted of the new version, going down step by step where an abort must not overload the stable one.
#[must_use]
pub fn desired_weight(rollout: &Rollout, versions: &Versions) -> i64 {
    let is_dynamic = rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.dynamic_stable_scale);
    let (Some(new), Some(stable)) = (versions.new, versions.stable) else { return set_weight(rollout) };
    if !rollout.status.abort || !is_dynamic {
        return set_weight(rollout);
    }
    let replicas = i64::from(rollout.spec.replicas());
    let missing = replicas - stable.available;
    // An explicit delay keeps the new version at full size until the stable one has all traffic, so that its size says
    // nothing about its share.
    let pods = if has_explicit_abort_delay(rollout) { missing } else { missing.max(new.available) };
    let weights = steps(rollout).iter().rev().filter_map(|step| step.set_weight).map(i64::from);
    let mut lower = weights.filter(|weight| pods_for_weight(replicas, *weight, weight_max(rollout)) < pods);
    lower.next().unwrap_or(0)
}

/// The number of pods that a step fixes for the new version, or the weight that gives its number.
pub fn canary_replicas_or_weight(rollout: &Rollout, versions: &Versions) -> (Option<i64>, i64) {
    let status = &rollout.status;
    if status.promote_full || status.stable_rs.is_empty() || status.is_fully_promoted() {
        return (None, weight_max(rollout));
    }
    match canary_scale(rollout) {
        Some(SetCanaryScale { replicas: Some(replicas), .. }) => (Some(i64::from(*replicas)), 0),
        Some(SetCanaryScale { weight: Some(weight), .. }) => (None, i64::from(*weight)),
        _ => (None, desired_weight(rollout, versions)),
    }
}

/// The `setCanaryScale` that holds: the last up to the current step, unless it gives the matter back to the weight.
#[must_use]
pub fn canary_scale(rollout: &Rollout) -> Option<&SetCanaryScale> {
    rollout.spec.strategy.canary.as_ref()?.traffic_routing.as_ref()?;
    if rollout.status.abort && abort_delay_seconds(rollout).is_some() {
        return None;
    }
    let scale = steps_so_far(rollout)?.find_map(|step| step.set_canary_scale.as_ref())?;
    (!scale.match_traffic_weight).then_some(scale)
}

/// Seconds a new version stays after an abort; `None` when it stays for ever.
///
/// Compat: 0 in the spec is for ever; without a router it goes at once.
#[must_use]
pub fn abort_delay_seconds(rollout: &Rollout) -> Option<i64> {
    match given_abort_delay(rollout) {
        Given::Nothing => Some(0),
        Given::Default => Some(i64::from(DEFAULT_ABORT_SCALE_DOWN_DELAY_SECONDS)),
        Given::Seconds(0) => None,
        Given::Seconds(seconds) => Some(i64::from(seconds)),
    }
}

/// Whether the spec itself says that a new version stays for a while after an abort.
#[must_use]
pub fn has_explicit_abort_delay(rollout: &Rollout) -> bool {
    matches!(given_abort_delay(rollout), Given::Seconds(seconds) if seconds != 0)
}

enum Given {
    Nothing,
    Default,
    Seconds(i32),
}

fn given_abort_delay(rollout: &Rollout) -> Given {
    let strategy = &rollout.spec.strategy;
    let seconds = match (&strategy.blue_green, &strategy.canary) {
        (Some(blue_green), _) => blue_green.abort_scale_down_delay_seconds,
        (None, Some(canary)) if canary.traffic_routing.is_some() => canary.abort_scale_down_delay_seconds,
        _ => return Given::Nothing,
    };
    seconds.map_or(Given::Default, Given::Seconds)
}
