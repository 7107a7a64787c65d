//! Health rules and resource actions that users write in Lua, in the ConfigMap `argocd-cm`.
//!
//! Each run gets an interpreter of its own, so nothing is handed from one object to the next: no files, no network, no
//! other scripts; the time is an input. What a run may use is counted: instructions, memory, steps of pattern matching
//! ([`LIMITS`]). Knows nothing of clusters.
//!
//! Start reading at [`Customizations`]; `sandbox` is what a script sees.

mod limits;

mod convert;
mod patterns;
mod sandbox;
mod text;

mod actions;
mod customizations;
mod health_rule;
mod read;
mod scripts;

pub use actions::{ActError, Action};
pub use customizations::Timed;
pub use limits::{LIMITS, Limits};
pub use sandbox::LuaError;
pub use scripts::Customizations;
