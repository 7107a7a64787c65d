//! How well one live object is, and how well that makes its application.
//!
//! Pure: an object in, a word and a sentence out. Knows nothing of clusters. Start reading at [`assess`]; one file per
//! built-in kind under `kinds`, reached through one table; custom kinds are data in `rules/conditions.yaml`. What can be
//! done with an object is [`actions`].

pub mod actions;
mod aggregate;
mod assess;
mod conditions;
mod effect;
mod fields;
mod kinds;
mod outcome;
mod overrides;
mod switching;

pub use aggregate::{ApplicationHealth, Resource, aggregate};
pub use api::HealthStatusCode;
pub use assess::assess;
pub use outcome::{Health, HealthError};
pub use overrides::{NoOverrides, Override, Overrides};
