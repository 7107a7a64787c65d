//! An Experiment with its versions and measurements.

use crate::analysis_run::{RunView, runs_of};
use crate::icon;
use crate::owned::{is_among, revision};
use crate::replica_set::{SetView, sets_of};
use api::rollouts::names::ANNOTATION_REVISION;
use api::rollouts::{AnalysisRun, Experiment};
use jiff::Timestamp;
use object::Object;
use std::cmp::Reverse;

/// An Experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentView {
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
    /// Its revision.
    pub revision: i64,
    /// Its versions.
    pub sets: Vec<SetView>,
    /// Its measurements.
    pub runs: Vec<RunView>,
}

impl ExperimentView {
    /// The Experiment as it is shown; of the others, those that it owns.
    #[must_use]
    pub fn of(experiment: &Experiment, sets: &[Object], pods: &[Object], runs: &[AnalysisRun]) -> Self {
        let metadata = &experiment.metadata;
        ExperimentView {
            name: metadata.name.clone(),
            namespace: metadata.namespace.clone(),
            created: metadata.creation_timestamp.map(api::Time::timestamp),
            status: experiment.status.phase_word.clone(),
            icon: icon::of_analysis(&experiment.status.phase_word),
            message: experiment.status.message.clone(),
            revision: revision(metadata.annotations.get(ANNOTATION_REVISION).map(String::as_str)),
            sets: sets_of(&metadata.uid, None, sets, pods),
            runs: runs_of(&metadata.uid, runs),
        }
    }
}

/// The Experiments that `owner` owns, newest revision first.
pub fn experiments_of(
    owner: &str,
    experiments: &[Experiment],
    sets: &[Object],
    pods: &[Object],
    runs: &[AnalysisRun],
) -> Vec<ExperimentView> {
    let own = experiments.iter().filter(|experiment| is_among(&experiment.metadata.owner_references, owner));
    let mut views: Vec<ExperimentView> =
        own.map(|experiment| ExperimentView::of(experiment, sets, pods, runs)).collect();
    views.sort_by(|left, right| {
        (Reverse(left.revision), left.created, &left.name).cmp(&(Reverse(right.revision), right.created, &right.name))
    });
    views
}
