//! The objects of progressive delivery: Rollout, AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun and Experiment
//! as wire types, and the rules that follow from a Rollout's spec alone.
//!
//! Knows nothing of clusters or controllers. Start reading at [`Rollout`].

pub mod names;

mod anti_affinity;
mod phase;
mod selector;

mod metric_provider;

mod analysis_template;

mod analysis_reference;

mod analysis_run;
mod blue_green;
mod canary;
mod experiment;
mod rollout;
mod status;
mod step;
mod traffic_routing;
mod waiting;

pub use analysis_reference::*;
pub use analysis_run::*;
pub use analysis_template::*;
pub use anti_affinity::*;
pub use blue_green::*;
pub use canary::*;
pub use experiment::*;
pub use metric_provider::*;
pub use phase::{AnalysisPhase, RolloutPhase};
pub use rollout::*;
pub use selector::*;
pub use status::*;
pub use step::*;
pub use traffic_routing::*;
pub use waiting::{ANNOTATION_WAITING, Listening, Waiting, WaitingEvents, state_of};
