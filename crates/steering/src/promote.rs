//! On to the next step, or to the end.

use crate::refused::Refused;
use api::rollouts::Rollout;
use serde_json::{Value, json};

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// End the pause, or else the step.
    Onwards,
    /// To the end, without analysis, pauses and steps.
    Full,
    /// Skip the current step.
    SkipStep,
    /// Skip all steps that are left.
    SkipSteps,
}

/// What is patched: first the status, then the spec. Nothing where there is nothing to promote.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patches {
    /// Merged into the status.
    pub status: Option<Value>,
    /// Merged into the object.
    pub spec: Option<Value>,
}

/// What promotes a Rollout.
///
/// # Errors
/// When steps are to be skipped where there are none.
pub fn promote(rollout: &Rollout, promotion: Promotion) -> Result<Patches, Refused> {
    let status = match promotion {
        Promotion::Onwards => onwards(rollout),
        Promotion::Full => full(rollout),
        Promotion::SkipStep | Promotion::SkipSteps => return skip(rollout, promotion),
    };
    let spec = rollout.spec.paused.then(|| json!({"spec": {"paused": false}}));
    Ok(Patches { status, spec })
}

fn skip(rollout: &Rollout, promotion: Promotion) -> Result<Patches, Refused> {
    if rollout.spec.strategy.blue_green.is_some() {
        return Err(Refused::BlueGreenHasNoSteps);
    }
    let steps = rollout.spec.strategy.canary.as_ref().map_or(0, |canary| canary.steps.len());
    if steps == 0 {
        return Err(Refused::NoSteps);
    }
    let index = if promotion == Promotion::SkipSteps { Some(steps) } else { next_step(rollout) };
    let status = index.map(|index| json!({"status": {"currentStepIndex": index}}));
    Ok(Patches { status, spec: None })
}

fn full(rollout: &Rollout) -> Option<Value> {
    (!rollout.status.is_fully_promoted()).then(|| json!({"status": {"promoteFull": true}}))
}

/// Ends the pause, or else the step.
fn onwards(rollout: &Rollout) -> Option<Value> {
    let status = &rollout.status;
    let is_paused = !status.pause_conditions.is_empty();
    let step_analysis = status.canary.current_step_analysis_run_status.as_ref();
    let is_inconclusive = step_analysis.is_some_and(|run| run.status == "Inconclusive");
    let is_canary = rollout.spec.strategy.canary.is_some();
    if is_canary && is_inconclusive && is_paused && status.controller_pause {
        let next = next_step(rollout)?;
        let body = json!({"pauseConditions": null, "controllerPause": false, "currentStepIndex": next});
        return Some(json!({ "status": body }));
    }
    if is_paused {
        return Some(json!({"status": {"pauseConditions": null}}));
    }
    let next = next_step(rollout).filter(|_| is_canary)?;
    Some(json!({"status": {"pauseConditions": null, "currentStepIndex": next}}))
}

/// The number of the step after the current one; `None` without steps.
fn next_step(rollout: &Rollout) -> Option<usize> {
    let steps = rollout.spec.strategy.canary.as_ref()?.steps.len();
    let current = strategy::counts::current_step(rollout)?;
    Some(if current.index < steps { current.index + 1 } else { current.index })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patches(spec: Value, status: Value, promotion: Promotion) -> (Option<Value>, Option<Value>) {
        let rollout = json!({"metadata": {"name": "web"}, "spec": spec, "status": status});
        let rollout: Rollout = serde_json::from_value(rollout).expect("a Rollout");
        match promote(&rollout, promotion) {
            Ok(patches) => (patches.status, patches.spec),
            Err(refused) => (Some(json!(refused.to_string())), None),
        }
    }

    fn canary() -> Value {
        json!({"strategy": {"canary": {"steps": [{"setWeight": 5}, {"pause": {}}]}}})
    }

    #[test]
    fn what_is_patched_depends_on_what_it_stands_at() {
        let pause = json!([{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]);
        let at = |index: i32| json!({"currentStepIndex": index});
        let cleared = json!({"status": {"pauseConditions": null}});
        let to = |index: i32| json!({"status": {"pauseConditions": null, "currentStepIndex": index}});
        let (onwards, full) = (Promotion::Onwards, Promotion::Full);
        let paused = json!({"pauseConditions": pause, "controllerPause": true, "currentStepIndex": 1});
        assert_eq!(patches(canary(), paused.clone(), onwards), (Some(cleared.clone()), None));
        let mut inconclusive = paused;
        inconclusive["canary"]["currentStepAnalysisRunStatus"] = json!({"name": "a", "status": "Inconclusive"});
        let next = json!({"status": {"pauseConditions": null, "controllerPause": false, "currentStepIndex": 2}});
        assert_eq!(patches(canary(), inconclusive, onwards), (Some(next), None));
        assert_eq!(patches(canary(), json!({}), onwards), (Some(to(1)), None));
        assert_eq!(patches(canary(), at(2), onwards), (Some(to(2)), None));
        let mut held = canary();
        held["paused"] = json!(true);
        assert_eq!(patches(held, at(1), onwards), (Some(to(2)), Some(json!({"spec": {"paused": false}}))));
        let hashes = json!({"currentPodHash": "b", "stableRS": "a"});
        assert_eq!(patches(canary(), hashes, full), (Some(json!({"status": {"promoteFull": true}})), None));
        assert_eq!(patches(canary(), json!({}), full), (None, None));
        let blue_green = json!({"strategy": {"blueGreen": {"activeService": "a"}}});
        assert_eq!(patches(blue_green.clone(), json!({"pauseConditions": pause}), onwards), (Some(cleared), None));
        assert_eq!(patches(blue_green, json!({}), onwards), (None, None));
    }

    #[test]
    fn skipping_is_refused_where_there_is_nothing_to_skip() {
        let (current, all) = (Promotion::SkipStep, Promotion::SkipSteps);
        assert_eq!(patches(canary(), json!({}), current), (Some(json!({"status": {"currentStepIndex": 1}})), None));
        assert_eq!(patches(canary(), json!({}), all), (Some(json!({"status": {"currentStepIndex": 2}})), None));
        let plain = json!({"strategy": {"canary": {}}});
        assert_eq!(patches(plain, json!({}), all).0, Some(json!("Cannot skip steps of a rollout without steps")));
        let blue_green = json!({"strategy": {"blueGreen": {"activeService": "a"}}});
        let message = json!("Cannot skip steps of a bluegreen rollout. Run without a flags");
        assert_eq!(patches(blue_green, json!({}), current).0, Some(message));
    }
}
