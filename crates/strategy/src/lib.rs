//! What a Rollout does next, as a plan that prints.
//!
//! Pure: what was observed and the time go in, a plan comes out. Knows no cluster, no clock, and of routers only what they
//! answer.

mod words;

mod phase;

pub mod affinity;
pub mod counts;
pub mod identity;
pub mod pod_metadata;
pub mod replica_set;

pub use identity::Identity;
pub use phase::{phase, shown_phase};
pub use replica_set::{ReplicaSet, Size};
