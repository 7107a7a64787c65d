//! What measurements come to: of each metric, and of the run.

use crate::evaluate::is_without_data;
use crate::numbers::{consecutive_error_limit, consecutive_success_limit, count, failure_limit, inconclusive_limit};
use crate::plan::Event;
use crate::rules::Rules;
use crate::tasks::last;
use api::rollouts::{AnalysisPhase, AnalysisRun, AnalysisRunStatus, Metric, MetricResult, RunSummary};
use std::sync::Arc;

/// What is said of a run that was told to end.
const TERMINATED: &str = "Run Terminated";

/// Whether the run is to end: it was told to, or a metric that counts has ended badly.
pub(crate) fn is_terminating(run: &AnalysisRun, status: &AnalysisRunStatus) -> bool {
    let is_bad = |result: &MetricResult| {
        matches!(result.phase(), Some(AnalysisPhase::Failed | AnalysisPhase::Error | AnalysisPhase::Inconclusive))
    };
    run.spec.terminate || status.metric_results.iter().any(|result| !result.dry_run && is_bad(result))
}

/// What the run comes to, with the phase of every metric brought up to date.
pub(crate) struct Assessed {
    pub phase: AnalysisPhase,
    pub message: String,
    pub events: Vec<Event>,
}

/// From best to worst.
fn rank(phase: AnalysisPhase) -> u8 {
    match phase {
        AnalysisPhase::Successful => 0,
        AnalysisPhase::Running => 1,
        AnalysisPhase::Pending => 2,
        AnalysisPhase::Inconclusive => 3,
        AnalysisPhase::Error => 4,
        AnalysisPhase::Failed => 5,
    }
}

/// Assesses every metric, and the run.
pub(crate) fn assess(
    run: &AnalysisRun,
    status: &mut AnalysisRunStatus,
    metrics: &[Arc<Metric>],
    rules: &Rules,
) -> Assessed {
    let is_terminating = is_terminating(run, status);
    let mut is_complete = true;
    let mut worst: Option<AnalysisPhase> = None;
    let mut message = if run.spec.terminate { TERMINATED.to_owned() } else { String::new() };
    let mut events = Vec::new();
    let (mut summary, mut dry_summary) = (RunSummary::default(), RunSummary::default());
    for metric in metrics {
        let is_dry = rules.is_dry_run(&metric.name);
        let summary = if is_dry { &mut dry_summary } else { &mut summary };
        summary.count += 1;
        let Some(result) = status.metric_results.iter_mut().find(|result| result.name == metric.name) else {
            is_complete = false;
            continue;
        };
        let phase = assess_metric(metric, result, is_terminating);
        events.extend(move_on(result, phase));
        if !phase.is_completed() {
            is_complete = false;
            continue;
        }
        let reason = beyond_limits(metric, result);
        tally(summary, reason.as_ref().map(|(phase, _)| *phase));
        let reason = reason.map(|(_, reason)| reason);
        if is_dry {
            worst = worst.or(Some(AnalysisPhase::Successful));
            if let Some(reason) = reason {
                result.message = format!("Metric assessed {phase} due to {reason}");
            }
        } else if worst.is_none_or(|worst| rank(phase) > rank(worst)) {
            worst = Some(phase);
            if let Some(reason) = reason {
                message = format!("Metric \"{}\" assessed {phase} due to {reason}", metric.name);
                if !result.message.is_empty() {
                    message.push_str(&format!(": \"Error Message: {}\"", result.message));
                }
            }
        }
    }
    status.run_summary = summary;
    status.dry_run_summary = Some(dry_summary);
    let phase = match worst {
        worst if is_terminating => worst.unwrap_or(AnalysisPhase::Successful),
        Some(worst) if is_complete => worst,
        _ => return Assessed { phase: AnalysisPhase::Running, message: String::new(), events },
    };
    Assessed { phase, message: message.trim().to_owned(), events }
}

/// Brings the metric's phase up to date; tells of its end.
fn move_on(result: &mut MetricResult, phase: AnalysisPhase) -> Option<Event> {
    if result.phase() == Some(phase) {
        return None;
    }
    if let Some(last) = result.measurements.last() {
        result.message = last.message.clone();
    }
    result.phase_word = phase.to_string();
    phase.is_completed().then(|| Event {
        is_warning: matches!(phase, AnalysisPhase::Failed | AnalysisPhase::Error),
        reason: format!("Metric{phase}"),
        message: format!("Metric '{}' Completed. Result: {phase}", result.name),
    })
}

/// Compat: how a metric ended is counted by the limit that it passed; without one it ended well.
fn tally(summary: &mut RunSummary, phase: Option<AnalysisPhase>) {
    match phase {
        Some(AnalysisPhase::Error) => summary.error += 1,
        Some(AnalysisPhase::Failed) => summary.failed += 1,
        Some(AnalysisPhase::Inconclusive) => summary.inconclusive += 1,
        _ => summary.successful += 1,
    }
}

fn assess_metric(metric: &Metric, result: &MetricResult, is_terminating: bool) -> AnalysisPhase {
    if let Some(phase) = result.phase().filter(|phase| phase.is_completed()) {
        return phase;
    }
    let Some(last) = last(Some(result)) else {
        return if is_terminating { AnalysisPhase::Successful } else { AnalysisPhase::Pending };
    };
    if last.phase().is_none_or(|phase| !phase.is_completed()) {
        return AnalysisPhase::Running;
    }
    if let Some((phase, _)) = beyond_limits(metric, result) {
        return phase;
    }
    let successes = consecutive_success_limit(metric);
    if successes > 0 && i64::from(result.consecutive_success) >= successes {
        return AnalysisPhase::Successful;
    }
    if count(metric).is_some_and(|count| i64::from(result.count) >= count) {
        return match (successes > 0, failure_limit(metric) >= 0) {
            (true, true) => AnalysisPhase::Inconclusive,
            (true, false) => AnalysisPhase::Failed,
            _ => AnalysisPhase::Successful,
        };
    }
    if is_terminating { AnalysisPhase::Successful } else { AnalysisPhase::Running }
}

/// Which limit the metric has passed, and how far; of several the last counts.
fn beyond_limits(metric: &Metric, result: &MetricResult) -> Option<(AnalysisPhase, String)> {
    let mut found = None;
    let limit = failure_limit(metric);
    if limit >= 0 && i64::from(result.failed) > limit {
        found = Some((AnalysisPhase::Failed, format!("failed ({}) > failureLimit ({limit})", result.failed)));
    }
    let limit = inconclusive_limit(metric);
    if i64::from(result.inconclusive) > limit {
        let reason = format!("inconclusive ({}) > inconclusiveLimit ({limit})", result.inconclusive);
        found = Some((AnalysisPhase::Inconclusive, reason));
    }
    let limit = consecutive_error_limit(metric);
    if i64::from(result.consecutive_error) > limit {
        let reason = format!("consecutiveErrors ({}) > consecutiveErrorLimit ({limit})", result.consecutive_error);
        // Nothing but answers without data: that is no error of the version that is measured, nor a success.
        let is_without_data = result.measurements.last().is_some_and(is_without_data);
        found = Some((if is_without_data { AnalysisPhase::Inconclusive } else { AnalysisPhase::Error }, reason));
    }
    found
}
