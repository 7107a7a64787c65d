//! What stands in the way of telling somebody: in words, as an event and as a condition.

use jiff::Timestamp;

/// The condition's type on Applications and Rollouts.
pub const CONDITION: &str = "NotificationWarning";

/// The longest text of a condition; more problems than that are counted.
const TEXT_BYTES_MAX: usize = 4096;

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The event's reason.
    pub reason: &'static str,
    /// What is wrong and what to do, without any time in it.
    pub message: String,
    /// When it is tried again; `None` where only somebody's change helps, which is seen at once.
    pub next: Option<Timestamp>,
}

impl Problem {
    /// What only somebody's change mends.
    pub(crate) fn lasting(reason: &'static str, message: String) -> Self {
        Problem { reason, message, next: None }
    }

    /// One line: what, and when next.
    #[must_use]
    pub fn line(&self) -> String {
        match self.next {
            Some(next) => format!("{}; next try at {next:.0}", self.message),
            None => format!("{}; tried again when the configuration or the subscription changes", self.message),
        }
    }
}

/// All problems as the text of a condition.
pub(crate) fn text(problems: &[Problem]) -> String {
    let mut text = String::new();
    for (at, problem) in problems.iter().enumerate() {
        let line = problem.line();
        if text.len() + line.len() > TEXT_BYTES_MAX {
            text.push_str(&format!("\nand {} more", problems.len() - at));
            break;
        }
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}
