//! What planning came to, with what the conclusion needs to know of it.

use api::{ApplicationStatus, OperationState};
use controller::Plan;
use sync::{Action, LiveHooks, Request, Resource, TaskResult};

/// A plan and what its conclusion goes by.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The plan.
    pub plan: Plan,
    /// The step of an operation whose writes are in the plan; `None` when there is none.
    pub step: Option<OperationStep>,
}

/// A step of an operation under way.
#[derive(Debug, Clone)]
pub struct OperationStep {
    /// The operation's state before the writes.
    pub state: OperationState,
    /// What was asked for.
    pub request: Request,
    /// The objects as they were before the writes.
    pub resources: Vec<Resource>,
    /// Its live hooks.
    pub hooks: LiveHooks,
    /// What was recorded of it before.
    pub results: Vec<TaskResult>,
    /// Its writes: the plan's, from number `first` on.
    pub actions: Vec<Action>,
    /// The number of the first of them in the plan; a write before it records that the operation began.
    pub first: usize,
    /// The status as it stands once that record is made.
    pub status: ApplicationStatus,
}

impl Decided {
    /// A plan without an operation's step.
    #[must_use]
    pub fn plain(plan: Plan) -> Self {
        Decided { plan, step: None }
    }
}
