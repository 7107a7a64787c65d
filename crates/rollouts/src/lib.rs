//! Rollouts: observe the cluster, plan with the strategy, act.
//!
//! What a Rollout does next is decided by the crate `strategy`; this one reads what that must know, and makes writes of
//! what it decides. Reading order: `observed` (all that one pass reads), [`plan`] (how decisions become writes),
//! `observe` (how it reads), [`run`](run()) (how it is driven).

mod audience;
mod balancers;
mod key;
mod settings;

mod overlap;
mod references;
mod selecting;
mod workload;

mod index;

mod kept;

mod memory;
mod observed;
mod problem;

mod observer;

mod observe;
pub mod plan;
mod wakes;

mod run;

pub mod metrics;

pub use audience::Audience;
pub use balancers::{Found, LoadBalancers};
pub use kept::start_cache;
pub use key::{RolloutKey, WorkKey};
pub use memory::{Memories, Spec};
pub use observed::{Observed, Registered, Seen, SeenService, What};
pub use run::{NAME, Options, Rollouts, StartError, run};
pub use settings::{DEFAULT_NAMESPACE, Settings, TARGET_GROUP_BINDING};
pub use workload::Workload;
