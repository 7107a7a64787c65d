//! `promote`.

use super::ending::failed;
use super::read;
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ROLLOUT, Rollout};
use clap::Args;
use serde_json::{Value, json};

/// The flags of `promote`.
#[derive(Debug, Args)]
pub(super) struct Promote {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// Perform a full promotion, skipping analysis, pauses, and steps
    #[arg(long)]
    full: bool,
    /// Skip currently running canary step
    #[arg(short = 'c', long, hide = true)]
    skip_current_step: bool,
    /// Skip remaining steps
    #[arg(short = 'a', long, hide = true)]
    skip_all_steps: bool,
}

/// What is patched: first the status, then the spec.
#[derive(Debug, Default, PartialEq)]
struct Patches {
    status: Option<Value>,
    spec: Option<Value>,
}

impl Promote {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        self.tell_deprecated();
        if self.skip_current_step && self.skip_all_steps {
            return Err(failed("Cannot use skip-current-step and skip-all-steps flags at the same time"));
        }
        let rollout = session.get(Named { kind: ROLLOUT, name: &self.name }).await?;
        let rollout = Rollout::read(&rollout).map_err(read::unreadable)?;
        let patches = self.patches(&rollout)?;
        if let Some(status) = patches.status {
            session.merge_status(&self.name, status).await?;
        }
        if let Some(spec) = patches.spec {
            session.merge(Named { kind: ROLLOUT, name: &self.name }, spec).await?;
        }
        let how = if self.full { "fully promoted" } else { "promoted" };
        terminal::print(&format!("rollout '{}' {how}\n", self.name))
    }

    fn tell_deprecated(&self) {
        let told = [
            (self.skip_current_step, "skip-current-step", "use without the flag instead ex: promote ROLLOUT_NAME"),
            (self.skip_all_steps, "skip-all-steps", "use --full instead"),
        ];
        for (_, flag, instead) in told.into_iter().filter(|(is_given, ..)| *is_given) {
            terminal::note(&format!("Flag --{flag} has been deprecated, {instead}"));
        }
    }

    fn patches(&self, rollout: &Rollout) -> Result<Patches, Failure> {
        let steps = rollout.spec.strategy.canary.as_ref().map_or(0, |canary| canary.steps.len());
        if self.skip_current_step || self.skip_all_steps {
            if rollout.spec.strategy.blue_green.is_some() {
                return Err(failed("Cannot skip steps of a bluegreen rollout. Run without a flags"));
            }
            if steps == 0 {
                return Err(failed("Cannot skip steps of a rollout without steps"));
            }
            let index = if self.skip_all_steps { Some(steps) } else { next_step(rollout) };
            let status = index.map(|index| json!({"status": {"currentStepIndex": index}}));
            return Ok(Patches { status, spec: None });
        }
        let status = if self.full { full(rollout) } else { onwards(rollout) };
        let spec = rollout.spec.paused.then(|| json!({"spec": {"paused": false}}));
        Ok(Patches { status, spec })
    }
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

    fn patches(spec: Value, status: Value, change: impl FnOnce(&mut Promote)) -> (Option<Value>, Option<Value>) {
        let rollout = json!({"metadata": {"name": "web"}, "spec": spec, "status": status});
        let rollout: Rollout = serde_json::from_value(rollout).expect("a Rollout");
        let mut promote =
            Promote { name: "web".to_owned(), full: false, skip_current_step: false, skip_all_steps: false };
        change(&mut promote);
        match promote.patches(&rollout) {
            Ok(patches) => (patches.status, patches.spec),
            Err(failure) => (Some(json!(failure.message)), None),
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
        let none = |_: &mut Promote| {};
        let full = |promote: &mut Promote| promote.full = true;
        let paused = json!({"pauseConditions": pause, "controllerPause": true, "currentStepIndex": 1});
        assert_eq!(patches(canary(), paused.clone(), none), (Some(cleared.clone()), None));
        let mut inconclusive = paused;
        inconclusive["canary"]["currentStepAnalysisRunStatus"] = json!({"name": "a", "status": "Inconclusive"});
        let next = json!({"status": {"pauseConditions": null, "controllerPause": false, "currentStepIndex": 2}});
        assert_eq!(patches(canary(), inconclusive, none), (Some(next), None));
        assert_eq!(patches(canary(), json!({}), none), (Some(to(1)), None));
        assert_eq!(patches(canary(), at(2), none), (Some(to(2)), None));
        let mut held = canary();
        held["paused"] = json!(true);
        assert_eq!(patches(held, at(1), none), (Some(to(2)), Some(json!({"spec": {"paused": false}}))));
        let hashes = json!({"currentPodHash": "b", "stableRS": "a"});
        assert_eq!(patches(canary(), hashes, full), (Some(json!({"status": {"promoteFull": true}})), None));
        assert_eq!(patches(canary(), json!({}), full), (None, None));
        let blue_green = json!({"strategy": {"blueGreen": {"activeService": "a"}}});
        assert_eq!(patches(blue_green.clone(), json!({"pauseConditions": pause}), none), (Some(cleared), None));
        assert_eq!(patches(blue_green, json!({}), none), (None, None));
    }

    #[test]
    fn skipping_is_refused_where_there_is_nothing_to_skip() {
        let current = |promote: &mut Promote| promote.skip_current_step = true;
        let all = |promote: &mut Promote| promote.skip_all_steps = true;
        assert_eq!(patches(canary(), json!({}), current), (Some(json!({"status": {"currentStepIndex": 1}})), None));
        assert_eq!(patches(canary(), json!({}), all), (Some(json!({"status": {"currentStepIndex": 2}})), None));
        let plain = json!({"strategy": {"canary": {}}});
        assert_eq!(patches(plain, json!({}), all).0, Some(json!("Cannot skip steps of a rollout without steps")));
        let blue_green = json!({"strategy": {"blueGreen": {"activeService": "a"}}});
        let message = json!("Cannot skip steps of a bluegreen rollout. Run without a flags");
        assert_eq!(patches(blue_green, json!({}), current).0, Some(message));
    }
}
