//! The pauses and the abort of one pass, and what they come to in the status.
//!
//! Three states, told apart by two fields: not paused (`controllerPause` false), paused by us (true, with a condition), and
//! resumed by a user (true, without). The flag lives until the step changes, so that a user's resume is never lost.

use api::Time;
use api::rollouts::{PauseCondition, RolloutStatus};

/// What a pass does to pauses and the abort.
#[derive(Debug, Clone, Default)]
pub struct PauseDraft {
    added: Vec<&'static str>,
    removed: Vec<&'static str>,
    is_cleared: bool,
    abort: Option<String>,
    is_abort_removed: bool,
}

impl PauseDraft {
    /// Pauses for a reason.
    pub fn add(&mut self, reason: &'static str) {
        self.added.push(reason);
    }

    /// No longer pauses for a reason.
    pub fn remove(&mut self, reason: &'static str) {
        self.removed.push(reason);
    }

    /// No longer pauses at all.
    pub fn clear(&mut self) {
        self.is_cleared = true;
    }

    /// Goes back to the stable version.
    pub fn abort(&mut self, message: String) {
        self.abort = Some(message);
        self.is_abort_removed = false;
    }

    /// No longer goes back.
    pub fn remove_abort(&mut self) {
        self.is_abort_removed = true;
    }

    /// Whether this pass paused.
    pub fn has_added(&self) -> bool {
        !self.added.is_empty()
    }

    /// Why this pass aborts.
    pub fn abort_message(&self) -> Option<&str> {
        self.abort.as_deref()
    }

    /// Whether it goes back to the stable version.
    pub fn is_aborted(&self, before: &RolloutStatus) -> bool {
        !self.is_abort_removed && (self.abort.is_some() || before.abort)
    }

    /// Writes what it comes to.
    pub fn write(&self, before: &RolloutStatus, status: &mut RolloutStatus, now: Time) {
        if self.abort.is_some() || (!self.is_abort_removed && before.abort) {
            status.abort = true;
            status.aborted_at = before.aborted_at.or(Some(now));
            return;
        }
        status.abort = false;
        status.aborted_at = None;
        if self.is_cleared {
            return;
        }
        let mut conditions: Vec<PauseCondition> = before
            .pause_conditions
            .iter()
            .filter(|pause| !self.removed.contains(&pause.reason.as_str()))
            .cloned()
            .collect();
        let mut controller_pause = before.controller_pause;
        for reason in &self.added {
            if before.pause(reason).is_none() && !conditions.iter().any(|pause| pause.reason == *reason) {
                conditions.push(PauseCondition {
                    reason: (*reason).to_owned(),
                    start_time: now,
                    ..PauseCondition::default()
                });
                controller_pause = true;
            }
        }
        if !conditions.is_empty() {
            status.controller_pause = controller_pause;
            status.pause_conditions = conditions;
        }
    }
}
