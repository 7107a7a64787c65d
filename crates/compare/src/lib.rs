//! Desired against live: what differs, what is missing, what is too much, and what that makes of the application.
//!
//! Pure: objects in, verdicts out. Three steps for an application - [`prepare_targets`] (namespaces, marks, hooks),
//! [`pair()`] (which live object is which), [`compare_application`] (statuses) - around one for a single object,
//! [`compare()`]. Knows nothing of repositories, clusters or time. What could not be read is never taken for missing.

mod answer;
mod application;
mod compare;
mod context;
mod difference;
mod known;
mod last_applied;
mod managers;
mod mask;
mod memo;
mod migrate;
mod normalize;
mod pairing;
mod predict;
mod respect;
mod restrict;
mod rules;
mod targets;

pub use answer::owned_prediction;
pub use application::{ApplicationComparison, ComparedResource, compare_application};
pub use compare::{CompareError, Comparison, Verdict, compare, normalize_object, verdict};
pub use context::{Context, Scope};
pub use difference::{Difference, differences};
pub use mask::mask_secret;
pub use memo::Memo;
pub use pairing::{LiveObjects, Pair, Pairs, pair};
pub use respect::respecting_ignored;
pub use rules::{AggregatedRoles, ApplyMethod, KnownTypeField, RuleSettings, Rules, StatusFields, Webhooks};
pub use targets::{Target, Targets, prepare_targets};
