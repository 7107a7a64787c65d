//! Whether an application may be synced now, by all windows of its project that concern it.

use crate::window::{Kind, Subject, Window};
use api::SyncWindow;
use jiff::{SignedDuration, Timestamp};

/// How long a verdict may hold without another look: an offset of a zone that changes meanwhile is noticed then.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// All windows of a project, ready for use.
#[derive(Debug, Clone, Default)]
pub struct Windows {
    windows: Vec<Window>,
    problems: Vec<String>,
}

/// Who asks for the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A person.
    ByHand,
    /// The automated policy.
    Automatically,
}

/// Whether a sync may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not.
    Blocked {
        /// By what, in words.
        by: String,
        /// When that may change; `None` when it cannot.
        until: Option<Timestamp>,
    },
}

impl Windows {
    /// Makes the windows of a project ready; one that cannot be used is told in [`Windows::problems`].
    #[must_use]
    pub fn new(windows: &[SyncWindow]) -> Self {
        let mut ready = Windows::default();
        for window in windows {
            match Window::new(window) {
                Ok(window) => ready.windows.push(window),
                Err(problem) => ready.problems.push(format!("invalid sync window: {problem}")),
            }
        }
        ready
    }

    /// What is wrong with windows that cannot be used. As long as there is any, nothing concerned may be synced: what
    /// was meant to keep syncs back must not let them through.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The windows that concern an application.
    pub fn concerning(&self, subject: &Subject<'_>) -> impl Iterator<Item = &Window> {
        let subject = *subject;
        self.windows.iter().filter(move |window| window.concerns(&subject))
    }

    /// Whether the application may be synced now. `began` is when the sync began, if it is under way.
    #[must_use]
    pub fn verdict(&self, subject: &Subject<'_>, asked: Asked, began: Option<Timestamp>, now: Timestamp) -> Verdict {
        if let Some(problem) = self.problems.first() {
            return Verdict::Blocked { by: problem.clone(), until: None };
        }
        let windows: Vec<&Window> = self.concerning(subject).collect();
        let blocking = blocking(&windows, asked, now);
        if blocking.is_empty() || may_overrun(&windows, &blocking, asked, began) {
            return Verdict::Allowed;
        }
        Verdict::Blocked { by: words(&blocking), until: next_change(&windows, now) }
    }
}

/// The windows that keep a sync back now; none when it may happen.
fn blocking<'w>(windows: &[&'w Window], asked: Asked, now: Timestamp) -> Vec<&'w Window> {
    let is_open = |window: &&Window| window.open_until(now).is_some();
    let by_hand = asked == Asked::ByHand;
    let denying: Vec<&Window> = windows.iter().copied().filter(|w| w.kind == Kind::Deny && is_open(w)).collect();
    if !denying.is_empty() {
        let lets_people = by_hand && denying.iter().all(|window| window.manual);
        return if lets_people { Vec::new() } else { denying };
    }
    let allowing: Vec<&Window> = windows.iter().copied().filter(|window| window.kind == Kind::Allow).collect();
    let lets_people = by_hand && allowing.iter().all(|window| window.manual);
    if allowing.iter().any(is_open) || lets_people { Vec::new() } else { allowing }
}

/// Whether a sync that began while it was allowed may go on: every window that keeps it back says so.
fn may_overrun(windows: &[&Window], blocking: &[&Window], asked: Asked, began: Option<Timestamp>) -> bool {
    let was_allowed = |began| self::blocking(windows, asked, began).is_empty();
    blocking.iter().all(|window| window.overrun) && began.is_some_and(was_allowed)
}

fn words(blocking: &[&Window]) -> String {
    let closed = |window: &Window| match window.kind {
        Kind::Deny => window.describe(),
        Kind::Allow => format!("{}, which is closed", window.describe()),
    };
    let first = blocking.first().map(|window| closed(window)).unwrap_or_default();
    match blocking.len() {
        0 | 1 => first,
        more => format!("{first} and {} more", more - 1),
    }
}

/// When a verdict is worth another look: a window opens or closes, or an hour has passed.
fn next_change(windows: &[&Window], now: Timestamp) -> Option<Timestamp> {
    let changes = windows.iter().filter_map(|window| window.open_until(now).or_else(|| window.next_opening(now)));
    let next = changes.min()?;
    let hour = now.checked_add(LOOK_AGAIN).unwrap_or(next);
    // A window is open from the moment after the one its schedule names.
    let after = next.checked_add(SignedDuration::from_secs(1)).unwrap_or(next);
    Some(after.min(hour))
}
