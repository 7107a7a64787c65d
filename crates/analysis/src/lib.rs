//! What an AnalysisRun does next, as a plan that prints; and a verdict that can be defended.
//!
//! Pure: the run, what was measured meanwhile and the time go in ([`World`]), a [`Plan`] comes out: measurements to start,
//! to ask for again and to end, the status to write, when to look again. Knows no provider: whoever acts brings what one
//! answers through [`evaluate()`] (a value), [`job`] (a Job's state) or [`comparison`] (counts of two versions).
//!
//! Start reading at [`plan()`]; the mathematics of comparing two versions is in [`verdict`].

mod numbers;

mod plan;

mod arguments;
mod rules;
pub mod templates;
mod validation;

mod assess;
mod record;
mod tasks;

mod prepared;

mod planner;

pub mod answers;
mod evaluate;

pub mod comparison;
pub mod job;
pub mod verdict;

pub use arguments::{needed_secrets, redacted, resolve};
pub use evaluate::{Measured, STALE_AFTER, evaluate, shortened};
pub use plan::{Answer, Event, Garbage, Plan, Task, TaskKind, World};
pub use planner::{plan, plan_prepared, refused};
pub use prepared::Prepared;
pub use validation::validate;
