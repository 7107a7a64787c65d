//! The plan of a sync as values: which objects in which order, what each step writes, when an operation waits, fails,
//! is tried again or ends; when a sync starts by itself; what goes when an application is deleted.
//!
//! Pure: knows no cluster, clock or repository. Start reading at [`step()`], then [`plan_tasks`] for the order.

mod action;
mod automatic;
mod batch;
mod cleanup;
mod delete_hooks;
mod deletion;
mod history;
mod hook;
mod input;
mod operation;
mod options;
mod order;
mod phase;
mod progress;
mod step;
mod task;
mod tasks;
mod validity;
mod verdict;

pub use action::{Action, Manner};
pub use automatic::{AUTOMATED_RETRIES, Content, Decision, Situation, decide as decide_automatic_sync};
pub use delete_hooks::{DeletionHooks, HooksDue, leftover_delete_hooks, plan_delete_hooks};
pub use deletion::{Deletion, Due, is_background, plan_deletion};
pub use history::{Pruning, Rollback, RollbackError, remember, rollback};
pub use hook::{HOOK_FINALIZER, HookType, Role, generated_name, parse_hook_type, phase_of, role};
pub use input::Input;
pub use operation::{TIMED_OUT, Turn, is_overdue, record, retried, turn};
pub use options::{Options, Propagation, Removal, has_option, may_delete, may_prune};
pub use order::kind_rank;
pub use phase::Phase;
pub use step::{Step, WAVE_DELAY, step, terminate};
pub use task::{
    Attempt, Attempts, Check, Hooks, Live, Progress, Request, Resource, Selector, Task, TaskId, TaskResult,
};
pub use tasks::{LiveHooks, plan_tasks};
