//! An AnalysisRun, how its measurements came out, and the Jobs it started.

use crate::icon;
use crate::owned::{is_among, revision};
use api::rollouts::names::ANNOTATION_REVISION;
use api::rollouts::{AnalysisRun, Measurement};
use jiff::Timestamp;
use std::cmp::Reverse;

/// Where a measurement says which Job it is.
const JOB_NAME: &str = "job-name";

/// An AnalysisRun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its phase.
    pub status: String,
    /// The sign of that phase.
    pub icon: &'static str,
    /// Its revision.
    pub revision: i64,
    /// Measurements that were good.
    pub successful: i64,
    /// Measurements that were bad.
    pub failed: i64,
    /// Measurements that were neither.
    pub inconclusive: i64,
    /// Measurements that could not be taken.
    pub error: i64,
    /// The Jobs it started.
    pub jobs: Vec<JobView>,
}

/// A Job that measured something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobView {
    /// Its name.
    pub name: String,
    /// When the measurement began.
    pub started: Option<Timestamp>,
    /// The measurement's phase.
    pub status: String,
    /// The sign of that phase.
    pub icon: &'static str,
}

impl RunView {
    fn of(run: &AnalysisRun) -> Self {
        let results = &run.status.metric_results;
        let sum =
            |of: fn(&api::rollouts::MetricResult) -> i32| results.iter().map(|result| i64::from(of(result))).sum();
        RunView {
            name: run.metadata.name.clone(),
            created: run.metadata.creation_timestamp.map(api::Time::timestamp),
            status: run.status.phase_word.clone(),
            icon: icon::of_analysis(&run.status.phase_word),
            revision: revision(run.metadata.annotations.get(ANNOTATION_REVISION).map(String::as_str)),
            successful: sum(|result| result.successful),
            failed: sum(|result| result.failed),
            inconclusive: sum(|result| result.inconclusive),
            error: sum(|result| result.error),
            jobs: results.iter().flat_map(|result| &result.measurements).filter_map(JobView::of).collect(),
        }
    }
}

impl JobView {
    fn of(measurement: &Measurement) -> Option<Self> {
        Some(JobView {
            name: measurement.metadata.get(JOB_NAME)?.clone(),
            started: measurement.started_at.map(api::Time::timestamp),
            status: measurement.phase_word.clone(),
            icon: icon::of_analysis(&measurement.phase_word),
        })
    }
}

/// The AnalysisRuns that `owner` owns, newest revision first.
pub fn runs_of(owner: &str, runs: &[AnalysisRun]) -> Vec<RunView> {
    let own = runs.iter().filter(|run| is_among(&run.metadata.owner_references, owner));
    let mut views: Vec<RunView> = own.map(RunView::of).collect();
    views.sort_by(|left, right| {
        let revision = Reverse(left.revision).cmp(&Reverse(right.revision));
        // Compat: made at the same time, names go backwards.
        revision.then_with(|| left.created.cmp(&right.created)).then_with(|| right.name.cmp(&left.name))
    });
    views
}
