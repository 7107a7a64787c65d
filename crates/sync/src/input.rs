//! All that one step of a sync goes by.

use crate::task::{Attempts, Request, Resource, TaskResult};
use crate::tasks::LiveHooks;
use jiff::Timestamp;

/// All that a step goes by.
#[derive(Debug)]
pub struct Input<'a> {
    /// The application's objects, desired and live.
    pub resources: &'a [Resource],
    /// The live objects of its hooks.
    pub hooks: &'a LiveHooks,
    /// What was asked for.
    pub request: &'a Request,
    /// What was recorded of this operation.
    pub results: &'a [TaskResult],
    /// What came of the writes that were just made, not recorded yet.
    pub attempts: &'a Attempts,
    /// When the operation last wrote an object, where that is known.
    pub last_write: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

impl Input<'_> {
    /// Whether anything was done before this step.
    pub(crate) fn is_started(&self) -> bool {
        !self.results.is_empty() || !self.attempts.is_empty()
    }
}
