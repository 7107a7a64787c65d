//! Which measurements are due, and when the next ones will be.

use crate::numbers::count;
use crate::plan::{Task, TaskKind};
use api::rollouts::{AnalysisPhase, AnalysisRunStatus, Measurement, Metric, MetricResult};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How long after a failure to measure it is tried again.
const ERROR_RETRY: SignedDuration = SignedDuration::from_secs(10);

/// When something is asked about a metric next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    /// Never again.
    Never,
    /// At this time; `None` for as soon as what is unfinished says.
    At(Option<Timestamp>, TaskKind),
}

/// The result of the metric, when there is one.
pub(crate) fn result<'s>(status: &'s AnalysisRunStatus, name: &str) -> Option<&'s MetricResult> {
    status.metric_results.iter().find(|result| result.name == name)
}

pub(crate) fn is_completed(phase: Option<AnalysisPhase>) -> bool {
    phase.is_some_and(AnalysisPhase::is_completed)
}

pub(crate) fn last(result: Option<&MetricResult>) -> Option<&Measurement> {
    result.and_then(|result| result.measurements.last())
}

fn parsed(duration: &str) -> Option<SignedDuration> {
    sprig::duration::parse(duration).ok().map(SignedDuration::from_nanos)
}

fn after(time: api::Time, duration: SignedDuration) -> Timestamp {
    time.timestamp().checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// When the metric, with its arguments in place, is asked about next.
pub(crate) fn due(metric: &Metric, status: &AnalysisRunStatus, is_terminating: bool) -> Due {
    let result = result(status, &metric.name);
    if is_completed(result.and_then(MetricResult::phase)) {
        return Due::Never;
    }
    let last = last(result);
    if let Some(unfinished) = last.filter(|last| last.finished_at.is_none()) {
        return if is_terminating {
            Due::At(None, TaskKind::Terminate)
        } else {
            Due::At(unfinished.resume_at.map(api::Time::timestamp), TaskKind::Resume)
        };
    }
    if is_terminating {
        return Due::Never;
    }
    let Some(last) = last else {
        let delay = if metric.initial_delay.is_empty() { None } else { parsed(&metric.initial_delay) };
        let at = delay.and_then(|delay| Some(after(status.started_at?, delay)));
        return Due::At(at, TaskKind::Start);
    };
    if count(metric).is_some_and(|count| result.is_some_and(|result| i64::from(result.count) >= count)) {
        return Due::Never;
    }
    let is_retry = last.phase() == Some(AnalysisPhase::Error) || crate::evaluate::is_without_data(last);
    let interval = if is_retry || metric.interval.is_empty() { Some(ERROR_RETRY) } else { parsed(&metric.interval) };
    match (interval, last.finished_at) {
        (Some(interval), Some(finished)) => Due::At(Some(after(finished, interval)), TaskKind::Start),
        _ => Due::Never,
    }
}

/// The task, of a metric that is due; `given` is the metric before its arguments were put in.
pub(crate) fn task(given: &Arc<Metric>, status: &AnalysisRunStatus, kind: TaskKind) -> Task {
    let result = result(status, &given.name);
    let unfinished = last(result).filter(|_| kind != TaskKind::Start).cloned();
    let number = result.map_or(1, |result| i64::from(result.count) + i64::from(result.error) + 1);
    Task { kind, metric: Arc::clone(given), unfinished, number }
}
