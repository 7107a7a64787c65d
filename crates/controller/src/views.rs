//! What pages and commands show of each key: what was decided last, what is waited for, what went wrong.

use crate::{Plan, Wake};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// How much of a plan's text is kept for people to read; a plan may carry whole objects.
const PLAN_TEXT_BYTES_MAX: usize = 4096;

/// What is to be seen of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// How many passes there were.
    pub passes: u64,
    /// When the last one ended.
    pub at: Option<Timestamp>,
    /// The last plan that did something, as text.
    pub plan: String,
    /// When that was.
    pub planned_at: Option<Timestamp>,
    /// What is being waited for.
    pub waiting: Vec<String>,
    /// When it will be looked at again even if nothing happens.
    pub wake: Option<Wake>,
    /// What went wrong in the last pass.
    pub error: Option<String>,
    /// How many passes in a row went wrong.
    pub failures: u32,
}

/// The views of all keys of all controllers. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub struct Views(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    views: RwLock<BTreeMap<(&'static str, String), View>>,
    changes: watch::Sender<u64>,
}

impl Views {
    /// What is to be seen of one key of one controller.
    #[must_use]
    pub fn get(&self, controller: &'static str, key: &str) -> Option<View> {
        self.0.views.read().unwrap_or_else(PoisonError::into_inner).get(&(controller, key.to_owned())).cloned()
    }

    /// All keys of one controller, sorted.
    #[must_use]
    pub fn of(&self, controller: &'static str) -> Vec<(String, View)> {
        let views = self.0.views.read().unwrap_or_else(PoisonError::into_inner);
        let own = views.iter().filter(|((name, _), _)| *name == controller);
        own.map(|((_, key), view)| (key.clone(), view.clone())).collect()
    }

    /// Counts changes; wait on it to follow them.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Forgets a key.
    pub fn forget(&self, controller: &'static str, key: &str) {
        self.0.views.write().unwrap_or_else(PoisonError::into_inner).remove(&(controller, key.to_owned()));
        self.changed();
    }

    pub(crate) fn planned(&self, controller: &'static str, key: &str, plan: &Plan, now: Timestamp) {
        self.update(controller, key, |view| {
            view.waiting.clone_from(&plan.waiting);
            view.wake = plan.wake;
            if !plan.is_empty() {
                view.plan = shortened(plan.to_string());
                view.planned_at = Some(now);
            }
        });
    }

    pub(crate) fn ended(&self, controller: &'static str, key: &str, error: Option<String>, now: Timestamp) {
        self.update(controller, key, |view| {
            view.passes += 1;
            view.at = Some(now);
            view.failures = if error.is_some() { view.failures.saturating_add(1) } else { 0 };
            view.error = error;
        });
    }

    fn update(&self, controller: &'static str, key: &str, change: impl FnOnce(&mut View)) {
        let mut views = self.0.views.write().unwrap_or_else(PoisonError::into_inner);
        change(views.entry((controller, key.to_owned())).or_default());
        drop(views);
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|changes| *changes += 1);
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > PLAN_TEXT_BYTES_MAX {
        let end = (0..=PLAN_TEXT_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_count_until_a_pass_goes_well() {
        let views = Views::default();
        let changes = views.changes();
        for error in [Some("a"), Some("b")] {
            views.ended("toy", "x", error.map(ToOwned::to_owned), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(views.get("toy", "x").map(|view| (view.failures, view.error)), Some((2, Some("b".to_owned()))));
        views.ended("toy", "x", None, Timestamp::UNIX_EPOCH);
        assert_eq!(views.get("toy", "x").map(|view| (view.failures, view.passes)), Some((0, 3)));
        assert_eq!(*changes.borrow(), 3);
    }

    #[test]
    fn long_plans_are_cut_between_characters() {
        let text = shortened("é".repeat(PLAN_TEXT_BYTES_MAX));
        assert!(text.len() <= PLAN_TEXT_BYTES_MAX + '…'.len_utf8() && text.ends_with('…'));
    }
}
