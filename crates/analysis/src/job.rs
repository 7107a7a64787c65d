//! Measurements that are Jobs of Kubernetes: what they are called, and what their state comes to.

use api::rollouts::{AnalysisPhase, Measurement};
use jiff::{SignedDuration, Timestamp};

/// The longest name a Job may have.
const NAME_BYTES_MAX: usize = 63;
/// How long a Job may take: whoever needs more than a day has forgotten it. Upstream waits for ever.
const HOLD_HOURS: i64 = 24;
/// In a measurement's metadata: the Job's name.
pub const JOB_NAME: &str = "job-name";
/// In a measurement's metadata: the Job's namespace.
pub const JOB_NAMESPACE: &str = "job-namespace";

/// The state of a Job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It is done.
    Complete,
    /// It failed.
    Failed,
    /// It is under way.
    Running,
    /// A container of it cannot be started, and never will: what Kubernetes says.
    CannotStart {
        /// The pod.
        pod: String,
        /// The container.
        container: String,
        /// Kubernetes' word for it.
        reason: String,
        /// What it adds.
        message: String,
    },
    /// It could not be read, or is not there.
    Unknown(String),
}

/// What the Job of a run's `number`th measurement of `metric` is called: the metric's name is cut when it must be.
#[must_use]
pub fn job_name(run_uid: &str, metric: &str, number: i64) -> String {
    let name = |metric: &str| format!("{run_uid}.{metric}.{number}");
    let beyond = name(metric).len().saturating_sub(NAME_BYTES_MAX);
    let mut keep = metric.len().saturating_sub(beyond);
    while !metric.is_char_boundary(keep) {
        keep -= 1;
    }
    name(&metric[..keep])
}

/// The measurement of a Job that was just made.
#[must_use]
pub fn started(name: &str, namespace: &str, now: Timestamp) -> Measurement {
    Measurement {
        phase_word: AnalysisPhase::Running.to_string(),
        started_at: Some(now.into()),
        metadata: [(JOB_NAME, name), (JOB_NAMESPACE, namespace)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..Measurement::default()
    }
}

/// The measurement, now that the Job is in `state`.
#[must_use]
pub fn resumed(mut measurement: Measurement, state: JobState, now: Timestamp) -> Measurement {
    let (phase, message) = match state {
        JobState::Complete => (AnalysisPhase::Successful, String::new()),
        JobState::Failed => (AnalysisPhase::Failed, String::new()),
        JobState::CannotStart { pod, container, reason, message } => (
            AnalysisPhase::Inconclusive,
            format!("Pod {pod}, container {container} has terminal error ({reason}): {message}\n"),
        ),
        JobState::Unknown(message) => (AnalysisPhase::Error, message),
        JobState::Running if elapsed(&measurement, now) >= SignedDuration::from_hours(HOLD_HOURS) => (
            AnalysisPhase::Inconclusive,
            format!("the Job has not ended within {HOLD_HOURS}h: give it activeDeadlineSeconds"),
        ),
        JobState::Running => {
            measurement.resume_at = Some(resume_at(&measurement, now).into());
            return measurement;
        }
    };
    measurement.phase_word = phase.to_string();
    measurement.message = message;
    measurement.finished_at = Some(now.into());
    measurement
}

/// The measurement, now that its Job was deleted.
#[must_use]
pub fn terminated(mut measurement: Measurement, now: Timestamp) -> Measurement {
    measurement.phase_word = AnalysisPhase::Inconclusive.to_string();
    measurement.finished_at = Some(now.into());
    measurement
}

fn elapsed(measurement: &Measurement, now: Timestamp) -> SignedDuration {
    now.duration_since(measurement.started_at.map_or(now, api::Time::timestamp))
}

/// When to look again: the longer it takes, the less often.
fn resume_at(measurement: &Measurement, now: Timestamp) -> Timestamp {
    let elapsed = elapsed(measurement, now).as_secs_f64().max(0.0);
    // At least a second: times are written in whole ones.
    let delay = SignedDuration::from_secs_f64((2.0 * elapsed).sqrt().max(1.0));
    now.checked_add(delay).unwrap_or(Timestamp::MAX)
}
