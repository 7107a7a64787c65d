//! The shape of every controller: observe, ask, plan, act.

use crate::{Level, Plan, Planned};
use cluster::{ClusterError, ClusterId, Target, Written};
use jiff::Timestamp;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// How often a plan may ask for more before it must decide: a render, then what the render needs, then a dry run.
pub const ROUNDS_MAX: usize = 3;

/// One kind of controller.
///
/// Flow of one pass over one key: [`observe`](Controller::observe) → [`plan`](Controller::plan) → as long as it asks, at
/// most [`ROUNDS_MAX`] times: [`answer`](Controller::answer) → `plan` → the writes are made in order →
/// [`conclude`](Controller::conclude) gives the status to write, last.
///
/// Guarantees to implementors: passes over one key never overlap; a pass does not plan on a cache that has not yet seen
/// this process' own writes for that key; a panic in one key's pass is contained and that key is tried again later.
///
/// Assumptions: `plan` and `conclude` are pure, which their missing `self` helps with: what they need is in `Observed`.
/// Nothing is ever told *why* a pass happens, only how closely to look.
pub trait Controller: Send + Sync + 'static {
    /// Names one object under control.
    type Key: Clone + Ord + fmt::Display + fmt::Debug + Send + Sync + 'static;
    /// All that one pass read.
    type Observed: Send + Sync;
    /// Something the plan must know besides.
    type Query: fmt::Display + Send;

    /// The controller's name in logs, metrics and events.
    fn name(&self) -> &'static str;

    /// The cluster that passes over the key wait for, where that is not the control plane's own: they go in a lane of
    /// their own, and one cluster that does not answer holds up no key of another. Answers at once.
    fn lane(&self, key: &Self::Key) -> Option<ClusterId> {
        let _ = key;
        None
    }

    /// Reads what planning needs. An object that is gone is an observation too.
    ///
    /// # Errors
    /// Only when nothing useful can be said about the key; what could not be read in part belongs into the
    /// observation, as `Fetched::Unknown`.
    fn observe(&self, key: &Self::Key, level: Level) -> impl Future<Output = Result<Self::Observed, Failure>> + Send;

    /// Adds answers to the observation.
    ///
    /// # Errors
    /// As [`Controller::observe`].
    fn answer(
        &self,
        key: &Self::Key,
        observed: Self::Observed,
        queries: Vec<Self::Query>,
    ) -> impl Future<Output = Result<Self::Observed, Failure>> + Send;

    /// Decides. Pure and total.
    fn plan(observed: &Self::Observed, now: Timestamp) -> Step<Self::Query>;

    /// The status to write when the writes are made: the plan's own, unless what came of the writes matters. Pure.
    ///
    /// Called when no guard was refused; `done` has one entry a write that was tried, in the order of the plan.
    fn conclude(observed: &Self::Observed, plan: &Plan, done: &[Done], now: Timestamp) -> Option<Planned> {
        let _ = (observed, done, now);
        plan.status.clone()
    }
}

/// What planning came to.
#[expect(clippy::large_enum_variant, reason = "a step is made once a round and matched at once")]
#[derive(Debug, Clone, PartialEq)]
pub enum Step<Q> {
    /// It must know more first.
    Ask(Vec<Q>),
    /// It is decided.
    Do(Plan),
}

/// What came of one write of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Its number in the plan, from 0.
    pub index: usize,
    /// In which cluster.
    pub cluster: ClusterId,
    /// Of which object.
    pub target: Target,
    /// The result.
    pub result: Result<Written, ClusterError>,
}

/// Why a pass could not be finished, and so when to try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A request failed; its class says when to try again.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// It may work later: try with growing pauses.
    #[error("{0}")]
    Retry(String),
    /// Try again after this pause.
    #[error("{message}")]
    RetryAfter {
        /// What happened.
        message: String,
        /// The pause.
        pause: Duration,
    },
    /// Nothing will change until somebody changes something.
    #[error("{0}")]
    Stalled(String),
}
