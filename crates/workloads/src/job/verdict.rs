//! Whether a Job has reached its end, and which.

use super::observed::{Condition, Member, Spec, State, Status};
use crate::reading::{after_seconds, time_text};
use jiff::Timestamp;

/// How a Job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    Open,
    /// It has done what it should.
    Success,
    /// It failed: reason and message.
    Failure(&'static str, String),
}

const COMPLETED: &str = "Reached expected number of succeeded pods";

/// Judges the counts. A verdict once given stays.
pub(super) fn judge(spec: &Spec, status: &Status, members: &[Member<'_>], now: Timestamp) -> Verdict {
    if let Some(target) = status.conditions.iter().find(|condition| condition.r#type == "FailureTarget") {
        return Verdict::Failure(reason(&target.reason), target.message.clone());
    }
    if status.holds("SuccessCriteriaMet") {
        return Verdict::Success;
    }
    let limit = spec.backoff_limit.unwrap_or(6);
    if status.failed > limit || restarts_exceed(spec, members, limit) {
        let message = "Job has reached the specified backoff limit".to_owned();
        return Verdict::Failure(reason("BackoffLimitExceeded"), message);
    }
    if deadline(spec, status).is_some_and(|deadline| deadline <= now) {
        let message = "Job was active longer than specified deadline".to_owned();
        return Verdict::Failure(reason("DeadlineExceeded"), message);
    }
    let active = members.iter().any(|member| member.state == State::Active);
    let done = match spec.completions {
        Some(completions) => status.succeeded >= completions && !spec.suspend,
        None => status.succeeded > 0 && !active,
    };
    if done { Verdict::Success } else { Verdict::Open }
}

/// The reasons there are, as constants.
fn reason(text: &str) -> &'static str {
    if text == "DeadlineExceeded" { "DeadlineExceeded" } else { "BackoffLimitExceeded" }
}

/// Containers that are restarted in place count by their restarts.
fn restarts_exceed(spec: &Spec, members: &[Member<'_>], limit: i64) -> bool {
    if spec.template["spec"]["restartPolicy"] != "OnFailure" {
        return false;
    }
    let restarts: i64 =
        members.iter().filter(|member| member.state == State::Active).map(|member| member.pod.restarts()).sum();
    if limit == 0 { restarts > 0 } else { restarts >= limit }
}

/// When the Job's time is over.
pub(super) fn deadline(spec: &Spec, status: &Status) -> Option<Timestamp> {
    if spec.suspend {
        return None;
    }
    let start: Timestamp = status.start_time.as_ref()?.parse().ok()?;
    Some(after_seconds(start, spec.active_deadline_seconds?))
}

/// Writes the verdict into the status: first that the end is decided, and the end itself once no pod runs any more.
pub(super) fn conclude(status: &mut Status, verdict: &Verdict, pods_left: i64, now: Timestamp) {
    let (first, last, reason, message) = match verdict {
        Verdict::Open => return,
        Verdict::Success => ("SuccessCriteriaMet", "Complete", "CompletionsReached", COMPLETED),
        Verdict::Failure(reason, message) => ("FailureTarget", "Failed", *reason, message.as_str()),
    };
    add(status, first, reason, message, now);
    if pods_left > 0 {
        return;
    }
    add(status, last, reason, message, now);
    if *verdict == Verdict::Success && status.completion_time.is_none() {
        status.completion_time = Some(time_text(now));
    }
}

fn add(status: &mut Status, kind: &str, reason: &str, message: &str, now: Timestamp) {
    if !status.holds(kind) {
        status.conditions.push(condition(kind, "True", reason, message, now));
    }
}

/// A condition from now on.
pub(super) fn condition(kind: &str, status: &str, reason: &str, message: &str, now: Timestamp) -> Condition {
    Condition {
        r#type: kind.to_owned(),
        status: status.to_owned(),
        last_probe_time: time_text(now),
        last_transition_time: time_text(now),
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}
