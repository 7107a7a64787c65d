//! Experiments: versions that run side by side for a while, measured meanwhile.
//!
//! Start reading at [`plan::decide`], which is pure; [`Experiments`] drives it, `observe` reads what it must know.

mod key;
mod seen;

mod draft;
mod manifests;

mod analyses;
mod templates;

mod assess;
mod conditions;
pub mod plan;

mod observe;
mod run;

pub use key::ExperimentKey;
pub use run::{Experiments, NAME};
pub use seen::{Observed, Seen, Version, What};
