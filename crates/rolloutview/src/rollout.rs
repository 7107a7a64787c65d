//! A Rollout with everything below it.

use crate::analysis_run::{RunView, runs_of};
use crate::experiment::{ExperimentView, experiments_of};
use crate::icon;
use crate::images::{self, Image};
use crate::replica_set::{Role, SetView, sets_of};
use api::rollouts::{AnalysisRun, CanaryStrategy, Experiment, Rollout};
use jiff::Timestamp;
use object::Object;
use std::collections::BTreeSet;
use strategy::counts::{current_step, set_weight, weight_max};

/// What was read: the Rollout, and of everything else at least what it owns.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// ReplicaSets.
    pub sets: &'a [Object],
    /// Pods.
    pub pods: &'a [Object],
    /// Experiments.
    pub experiments: &'a [Experiment],
    /// AnalysisRuns.
    pub runs: &'a [AnalysisRun],
}

/// A Rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutView {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its phase.
    pub status: String,
    /// The sign of that phase.
    pub icon: &'static str,
    /// Why.
    pub message: String,
    /// Canary or BlueGreen; empty when neither is given.
    pub strategy: &'static str,
    /// What a canary is at.
    pub canary: Option<CanaryView>,
    /// Pods wanted.
    pub desired: i64,
    /// Pods there are.
    pub current: i64,
    /// Pods of the wanted version.
    pub updated: i64,
    /// Pods that are ready.
    pub ready: i64,
    /// Pods that are available.
    pub available: i64,
    /// The images that run.
    pub images: Vec<Image>,
    /// Its versions.
    pub sets: Vec<SetView>,
    /// Its experiments.
    pub experiments: Vec<ExperimentView>,
    /// Its analyses.
    pub runs: Vec<RunView>,
}

/// What a canary is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryView {
    /// Step and number of steps, `1/8`; empty without steps.
    pub step: String,
    /// The share of traffic that the steps ask for.
    pub set_weight: i64,
    /// The share it has.
    pub actual_weight: i64,
}

impl RolloutView {
    /// The Rollout as it is shown.
    #[must_use]
    pub fn of(seen: &Seen<'_>) -> Self {
        let rollout = seen.rollout;
        let (metadata, status) = (&rollout.metadata, &rollout.status);
        let sets = sets_of(&metadata.uid, Some(rollout), seen.sets, seen.pods);
        let experiments = experiments_of(&metadata.uid, seen.experiments, seen.sets, seen.pods, seen.runs);
        let (phase, message) = strategy::shown_phase(rollout);
        let canary = rollout.spec.strategy.canary.as_ref();
        RolloutView {
            name: metadata.name.clone(),
            namespace: metadata.namespace.clone(),
            created: metadata.creation_timestamp.map(api::Time::timestamp),
            icon: icon::of_rollout(&phase),
            status: phase,
            message,
            strategy: strategy_name(rollout),
            canary: canary.map(|canary| CanaryView::of(rollout, canary, &sets)),
            desired: rollout.spec.replicas().into(),
            current: status.replicas.into(),
            updated: status.updated_replicas.into(),
            ready: status.ready_replicas.into(),
            available: status.available_replicas.into(),
            images: images::of_rollout(&sets, &experiments),
            sets,
            experiments,
            runs: runs_of(&metadata.uid, seen.runs),
        }
    }

    /// The revisions of everything below it, newest first.
    #[must_use]
    pub fn revisions(&self) -> Vec<i64> {
        let sets = self.sets.iter().map(|set| set.revision);
        let experiments = self.experiments.iter().map(|experiment| experiment.revision);
        let runs = self.runs.iter().map(|run| run.revision);
        let all: BTreeSet<i64> = sets.chain(experiments).chain(runs).collect();
        all.into_iter().rev().collect()
    }

    /// Leaves only one revision below it.
    pub fn keep_revision(&mut self, revision: i64) {
        self.sets.retain(|set| set.revision == revision);
        self.experiments.retain(|experiment| experiment.revision == revision);
        self.runs.retain(|run| run.revision == revision);
    }
}

/// The name of the strategy; empty when none is given.
pub fn strategy_name(rollout: &Rollout) -> &'static str {
    match (&rollout.spec.strategy.canary, &rollout.spec.strategy.blue_green) {
        (Some(_), _) => "Canary",
        (None, Some(_)) => "BlueGreen",
        (None, None) => "",
    }
}

/// Step and number of steps; empty without.
pub fn step_of(rollout: &Rollout, canary: &CanaryStrategy) -> String {
    match rollout.status.current_step_index {
        Some(index) if !canary.steps.is_empty() => format!("{index}/{}", canary.steps.len()),
        _ => String::new(),
    }
}

impl CanaryView {
    fn of(rollout: &Rollout, canary: &CanaryStrategy, sets: &[SetView]) -> Self {
        let set_weight = set_weight(rollout);
        let available = i64::from(rollout.status.available_replicas);
        let is_at_a_step = current_step(rollout).is_some_and(|current| current.step.is_some());
        let actual_weight = if !is_at_a_step {
            weight_max(rollout)
        } else if available <= 0 {
            0
        } else if canary.traffic_routing.is_none() {
            let canary = sets.iter().rfind(|set| set.is(Role::Canary)).map_or(0, |set| set.available);
            canary.saturating_mul(weight_max(rollout)) / available
        } else {
            let weights = rollout.status.canary.weights.as_ref();
            weights.map_or(set_weight, |weights| weights.canary.weight.into())
        };
        CanaryView { step: step_of(rollout, canary), set_weight, actual_weight }
    }
}
