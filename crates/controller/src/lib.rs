//! The runtime every controller shares: observe, ask, plan, act; a keyed queue, retry by error class, isolation of
//! panics, a guard against stale reads, leader election, events.
//!
//! Knows Kubernetes only through the `cluster` crate and nothing of what any controller does. Reading order:
//! [`Controller`] (what to implement), [`Plan`] (what it decides), then the runtime that drives it.

mod event;
mod plan;
mod reconcile;

pub use event::{Event, Severity};
pub use plan::{Guard, Level, OnFailure, Plan, Planned, Wake};
pub use reconcile::{Controller, Done, Failure, ROUNDS_MAX, Step};
