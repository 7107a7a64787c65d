//! Puts what providers answered into the status, and counts.

use crate::evaluate::is_without_data;
use crate::plan::{Answer, TaskKind};
use crate::rules::Rules;
use api::rollouts::{AnalysisPhase, AnalysisRunStatus, Measurement, MetricResult};
use jiff::Timestamp;

/// What is said of a measurement that was ended before it was finished.
const TERMINATED: &str = "Metric Terminated";

/// Records every answer.
pub(crate) fn record(status: &mut AnalysisRunStatus, answers: Vec<Answer>, rules: &Rules, now: Timestamp) {
    for answer in answers {
        let at = status.metric_results.iter().position(|result| result.name == answer.metric);
        let at = at.unwrap_or_else(|| {
            status.metric_results.push(MetricResult {
                name: answer.metric.clone(),
                phase_word: AnalysisPhase::Running.to_string(),
                dry_run: rules.is_dry_run(&answer.metric),
                metadata: answer.metadata.clone(),
                ..MetricResult::default()
            });
            status.metric_results.len() - 1
        });
        record_one(&mut status.metric_results[at], answer, now);
    }
}

fn record_one(result: &mut MetricResult, answer: Answer, now: Timestamp) {
    let mut measurement = answer.measurement;
    let phase = measurement.phase();
    if answer.to == TaskKind::Terminate
        && matches!(phase, Some(AnalysisPhase::Successful | AnalysisPhase::Inconclusive))
    {
        measurement.message = TERMINATED.to_owned();
    }
    let is_unfinished = result.measurements.last().is_some_and(|last| last.finished_at.is_none());
    // An answer that nobody waits for any longer: the measurement was ended meanwhile.
    if answer.to != TaskKind::Start && !is_unfinished {
        return;
    }
    if let Some(phase) = phase.filter(|phase| phase.is_completed()) {
        measurement.finished_at.get_or_insert(now.into());
        count(result, phase, &measurement);
    }
    if is_unfinished {
        result.measurements.pop();
    }
    result.measurements.push(measurement);
}

fn count(result: &mut MetricResult, phase: AnalysisPhase, measurement: &Measurement) {
    // A measurement without data says nothing: like one that failed to be taken, it is tried again, and counted as such.
    if phase == AnalysisPhase::Error || is_without_data(measurement) {
        result.error += 1;
        result.consecutive_error += 1;
        result.consecutive_success = 0;
        return;
    }
    result.count += 1;
    result.consecutive_error = 0;
    match phase {
        AnalysisPhase::Successful => {
            result.successful += 1;
            result.consecutive_success += 1;
        }
        AnalysisPhase::Failed => {
            result.failed += 1;
            result.consecutive_success = 0;
        }
        _ => {
            result.inconclusive += 1;
            result.consecutive_success = 0;
        }
    }
}
