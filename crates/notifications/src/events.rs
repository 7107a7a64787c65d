//! Rollouts: the controller's events, as triggers.

use crate::variables::replaced;
use regex::Regex;
use serde_json::Value as Json;
use std::sync::LazyLock;

static WORD: LazyLock<Regex> = LazyLock::new(|| regex("(.)([A-Z][a-z]+)"));
static LETTER: LazyLock<Regex> = LazyLock::new(|| regex("([a-z0-9])([A-Z])"));
static STEP: LazyLock<Regex> = LazyLock::new(|| regex("^Rollout step ([0-9]+)/[0-9]+ completed"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("invariant: the patterns of this module are patterns")
}

/// The trigger that an event of this reason fires: `RolloutStepCompleted` fires `on-rollout-step-completed`.
#[must_use]
pub fn trigger_of(reason: &str) -> String {
    let parted = WORD.replace_all(reason, "${1}-${2}");
    let parted = LETTER.replace_all(&parted, "${1}-${2}");
    format!("on-{}", parted.to_lowercase())
}

/// The Rollout as an event's templates see it.
///
/// Compat: upstream tells of a completed step before it notes that, so that templates count one more than
/// `currentStepIndex`; by the time it is told here it has been noted.
#[must_use]
pub fn as_of_event(rollout: Json, message: &str) -> Json {
    let step = STEP.captures(message).and_then(|found| found.get(1)?.as_str().parse::<i64>().ok());
    match step {
        Some(step) => replaced(rollout, "/status/currentStepIndex", Json::from(step - 1)),
        None => rollout,
    }
}

/// The triggers of events that Rollouts' controller tells of a Rollout, for messages about names that are none.
pub const TRIGGERS: [&str; 9] = [
    "on-analysis-run-error",
    "on-analysis-run-failed",
    "on-analysis-run-running",
    "on-rollout-aborted",
    "on-rollout-completed",
    "on-rollout-paused",
    "on-rollout-step-completed",
    "on-rollout-updated",
    "on-scaling-replica-set",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reasons_become_triggers() {
        for (reason, trigger) in [
            ("RolloutCompleted", "on-rollout-completed"),
            ("RolloutStepCompleted", "on-rollout-step-completed"),
            ("ScalingReplicaSet", "on-scaling-replica-set"),
            ("AnalysisRunRunning", "on-analysis-run-running"),
            ("PatchingALBIngress", "on-patching-alb-ingress"),
        ] {
            assert_eq!(trigger_of(reason), trigger);
        }
    }

    #[test]
    fn a_completed_step_is_shown_as_upstream_shows_it() {
        let rollout = json!({"status": {"currentStepIndex": 3}});
        let shown = as_of_event(rollout.clone(), "Rollout step 1/4 completed (setWeight: 20)");
        assert_eq!(shown, json!({"status": {"currentStepIndex": 0}}));
        assert_eq!(as_of_event(rollout.clone(), "Rollout is paused"), rollout);
    }
}
