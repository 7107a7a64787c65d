//! AnalysisRuns and [`experiments`]: observe the cluster, plan with the planner of analyses, act, and ask providers.
//!
//! What a run does next is decided by the crate `analysis`; this one reads runs, makes writes of what was decided, and asks
//! [`Source`]s what is to be measured — each metric in a task of its own, so that a slow provider delays nobody else, and
//! its answer wakes the run. Reading order: [`plan::decide`], [`run`](AnalysisRuns), `inbox`.

mod key;

mod inbox;
mod readings;
mod source;

mod observed;

mod status_patch;

pub mod plan;

mod run;

pub mod experiments;

pub use inbox::Mail;
pub use key::RunKey;
pub use observed::{Observed, Query, Seen, What};
pub use run::{AnalysisRuns, NAME, Options, StartError};
pub use source::Source;
