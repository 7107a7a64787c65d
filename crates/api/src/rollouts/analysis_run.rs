//! AnalysisRun: one measuring, and what came of it.

use super::analysis_template::{Argument, DryRun, MeasurementRetention, Metric};
use super::phase::AnalysisPhase;
use crate::application::{ReadError, read};
use crate::meta::Metadata;
use crate::time::Time;
use crate::wire::wire;
use object::Object;
use std::collections::BTreeMap;

wire! {
    /// One measuring, and what came of it.
    pub struct AnalysisRun {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What is measured.
        pub spec: AnalysisRunSpec = "spec" required;
        /// What came of it.
        pub status: AnalysisRunStatus = "status";
    }

    /// What is measured.
    pub struct AnalysisRunSpec {
        /// The metrics.
        pub metrics: Vec<Metric> = "metrics" required;
        /// Their arguments.
        pub args: Vec<Argument> = "args";
        /// It is to end.
        pub terminate: bool = "terminate";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// How many measurements are kept.
        pub measurement_retention: Vec<MeasurementRetention> = "measurementRetention";
        /// When it is deleted.
        pub ttl_strategy: Option<TtlStrategy> = "ttlStrategy";
    }

    /// When a run that is over is deleted.
    pub struct TtlStrategy {
        /// Seconds after its end.
        pub seconds_after_completion: Option<i32> = "secondsAfterCompletion";
        /// Seconds after a bad end.
        pub seconds_after_failure: Option<i32> = "secondsAfterFailure";
        /// Seconds after a good end.
        pub seconds_after_success: Option<i32> = "secondsAfterSuccess";
    }

    /// What came of a measuring.
    pub struct AnalysisRunStatus {
        /// Its phase; see [`AnalysisRunStatus::phase`].
        pub phase_word: String = "phase" required;
        /// Why.
        pub message: String = "message";
        /// Each metric's results.
        pub metric_results: Vec<MetricResult> = "metricResults";
        /// When it began.
        pub started_at: Option<Time> = "startedAt";
        /// How many metrics ended how.
        pub run_summary: RunSummary = "runSummary";
        /// The same of metrics whose results do not count.
        pub dry_run_summary: Option<RunSummary> = "dryRunSummary";
        /// When it ended.
        pub completed_at: Option<Time> = "completedAt";
    }

    /// How many metrics ended how.
    pub struct RunSummary {
        /// All.
        pub count: i32 = "count";
        /// Well.
        pub successful: i32 = "successful";
        /// Badly.
        pub failed: i32 = "failed";
        /// Neither.
        pub inconclusive: i32 = "inconclusive";
        /// Could not be measured.
        pub error: i32 = "error";
    }

    /// A metric's results.
    pub struct MetricResult {
        /// The metric.
        pub name: String = "name" required;
        /// Its phase; see [`MetricResult::phase`].
        pub phase_word: String = "phase" required;
        /// The measurements that are kept.
        pub measurements: Vec<Measurement> = "measurements";
        /// Why.
        pub message: String = "message";
        /// How many were measured, errors left out.
        pub count: i32 = "count";
        /// How many were good.
        pub successful: i32 = "successful";
        /// How many were bad.
        pub failed: i32 = "failed";
        /// How many were neither.
        pub inconclusive: i32 = "inconclusive";
        /// How many could not be measured.
        pub error: i32 = "error";
        /// How many of these came last in a row.
        pub consecutive_error: i32 = "consecutiveError";
        /// Its results do not count.
        pub dry_run: bool = "dryRun";
        /// What the provider adds.
        pub metadata: BTreeMap<String, String> = "metadata";
        /// How many good ones came last in a row.
        pub consecutive_success: i32 = "consecutiveSuccess";
    }

    /// One measurement.
    pub struct Measurement {
        /// Its phase; see [`Measurement::phase`].
        pub phase_word: String = "phase" required;
        /// Why.
        pub message: String = "message";
        /// When it began.
        pub started_at: Option<Time> = "startedAt";
        /// When it ended.
        pub finished_at: Option<Time> = "finishedAt";
        /// What was measured.
        pub value: String = "value";
        /// What the provider adds.
        pub metadata: BTreeMap<String, String> = "metadata";
        /// When it is asked for again.
        pub resume_at: Option<Time> = "resumeAt";
    }
}

/// Kind of an AnalysisRun.
pub const ANALYSIS_RUN: &str = "AnalysisRun";

impl AnalysisRun {
    /// Reads an AnalysisRun.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, ANALYSIS_RUN)
    }
}

impl AnalysisRunStatus {
    /// Its phase; `None` before it began.
    #[must_use]
    pub fn phase(&self) -> Option<AnalysisPhase> {
        AnalysisPhase::parse(&self.phase_word)
    }
}

impl MetricResult {
    /// Its phase; `None` before it began.
    #[must_use]
    pub fn phase(&self) -> Option<AnalysisPhase> {
        AnalysisPhase::parse(&self.phase_word)
    }
}

impl Measurement {
    /// Its phase; `None` before it began.
    #[must_use]
    pub fn phase(&self) -> Option<AnalysisPhase> {
        AnalysisPhase::parse(&self.phase_word)
    }
}
