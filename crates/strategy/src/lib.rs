//! What a Rollout does next, as a plan that prints.
//!
//! Pure: what was observed ([`World`]) and the time go in, a [`Plan`] comes out. Knows no cluster, no clock, and of
//! routers only what they answer. Start reading at [`plan()`], then [`World`]; the arithmetic is in [`counts`], what a
//! version is called in [`identity`].

mod words;

mod phase;

pub mod affinity;
pub mod counts;
pub mod identity;
pub mod pod_metadata;
pub mod replica_set;

mod plan;
mod world;

mod pause;

mod pass;

mod arguments;
mod pause_step;
mod step_text;

mod conditions;
mod duration;
mod finish;

mod going_back;
mod revision;
mod scale;
mod services;

mod run_roles;

mod experiments;
mod older;
mod pods;
mod promotion;
mod routing;
mod runs;

mod blue_green;
mod canary;

mod planner;

/// What is wrong with a Rollout, and with what it refers to.
pub mod validation;

pub use arguments::resolve as resolve_arguments;
pub use identity::Identity;
pub use pause_step::seconds as pause_seconds;
pub use phase::{phase, shown_phase};
pub use plan::{Action, Event, NewRun, Plan, SetChange, Waiting};
pub use planner::plan;
pub use pods::needs_pods;
pub use replica_set::{ReplicaSet, Size};
pub use routing::may_verify;
pub use step_text::step_text;
pub use words::{REASON_ROUTING_ERROR, SPEC_WARNING, TRAFFIC_ROUTED};
pub use world::{ExperimentRun, ExperimentVersion, Pod, Run, Service, Targets, World};
