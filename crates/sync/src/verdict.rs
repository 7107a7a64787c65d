//! Where an operation stands, in upstream's words.

use crate::{Action, Task};
use api::OperationPhase;
use jiff::Timestamp;

/// Where the operation stands after a step.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub phase: OperationPhase,
    pub message: String,
    pub actions: Vec<Action>,
    pub wake: Option<Timestamp>,
}

impl Verdict {
    pub fn running(message: &str) -> Self {
        Verdict { phase: OperationPhase::Running, message: message.to_owned(), actions: Vec::new(), wake: None }
    }

    pub fn ended(phase: OperationPhase, message: &str) -> Self {
        Verdict { phase, ..Verdict::running(message) }
    }

    /// Waiting for these tasks, of which the first is named; `tasks` is not empty.
    pub fn waiting(tasks: &[&Task], for_hook: &str, for_resource: &str) -> Self {
        Verdict::running(&waiting_message(tasks, for_hook, for_resource))
    }
}

/// `waiting for healthy state of apps/Deployment/web and 2 more resources`.
pub(crate) fn waiting_message(tasks: &[&Task], for_hook: &str, for_resource: &str) -> String {
    let Some((first, rest)) = tasks.split_first() else { return "one or more tasks are running".to_owned() };
    let (what, others) = if first.is_hook() { (for_hook, "hooks") } else { (for_resource, "resources") };
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more {others}", rest.len()) };
    format!("waiting for {what} {}{more}", first.label())
}
