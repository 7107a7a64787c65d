//! The life of an operation around its steps: begin, wait for another try, try again, end — on time or on request.

use api::{DurationError, OperationPhase, OperationState, RetryStrategy, Time};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// What is due for an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Nothing was recorded of it yet.
    Begin,
    /// Its next step.
    Step,
    /// Its end was asked for.
    Terminate,
    /// It failed and is tried again at that time.
    WaitUntil(Timestamp),
    /// It failed and is tried again now.
    Retry,
    /// It ended; nothing is due but its removal.
    Ended,
}

/// Said when an operation exceeds the time it was given.
pub const TIMED_OUT: &str = "operation is terminating due to timeout";
/// Added to the message of an operation that was ended for taking too long.
pub const TIMEOUT_CAUSE: &str = "controller sync timeout";

/// What is due for an operation of which `state` was recorded.
#[must_use]
pub fn turn(state: Option<&OperationState>, now: Timestamp) -> Turn {
    let Some(state) = state else { return Turn::Begin };
    match (state.phase, state.finished_at) {
        (OperationPhase::Terminating, _) => Turn::Terminate,
        (OperationPhase::Running, Some(finished_at)) => {
            match retry_at(&state.operation.retry, finished_at, state.retry_count - 1) {
                Ok(at) if at > now => Turn::WaitUntil(at),
                _ => Turn::Retry,
            }
        }
        (OperationPhase::Running, None) => Turn::Step,
        _ => Turn::Ended,
    }
}

/// Whether the operation has exceeded the time it may take, all its tries included; `None` when there is no limit.
#[must_use]
pub fn is_overdue(state: &OperationState, limit: Option<SignedDuration>, now: Timestamp) -> bool {
    let end = limit.and_then(|limit| state.started_at.timestamp().checked_add(limit).ok());
    state.phase == OperationPhase::Running && end.is_some_and(|end| now > end)
}

/// The state in which the next try begins: what the failed one did is forgotten.
#[must_use]
pub fn retried(state: &OperationState) -> OperationState {
    let mut next = state.clone();
    next.finished_at = None;
    next.sync_result = None;
    let count = state.retry_count;
    next.message = format!("Retrying operation. Attempt #{count}");
    if state.operation.retry.refresh
        && let Some(sync) = &mut next.operation.sync
    {
        (sync.revision, sync.revisions) = (String::new(), Vec::new());
        next.message = format!("Retrying operation with latest revisions. Attempt #{count}");
    }
    next
}

/// Records the outcome of a step: while it runs, the message; when it failed and may be tried again, when; else its end.
pub fn record(state: &mut OperationState, phase: OperationPhase, message: &str, now: Timestamp) {
    let was_terminating = state.phase == OperationPhase::Terminating;
    let by_timeout = was_terminating && state.message.starts_with(TIMED_OUT);
    message.clone_into(&mut state.message);
    state.phase = phase;
    if !phase.is_completed() {
        return;
    }
    state.finished_at = Some(Time::new(now));
    if phase.is_successful() {
        return;
    }
    let retry = &state.operation.retry;
    if !was_terminating && (state.retry_count < retry.limit || retry.limit < 0) {
        match retry_at(retry, Time::new(now), state.retry_count) {
            Ok(at) => {
                state.retry_count += 1;
                state.phase = OperationPhase::Running;
                state.message = format!("{message}. Retrying attempt #{} at {}.", state.retry_count, kitchen(at));
            }
            Err(error) => state.message = format!("{message} (failed to retry: {error})"),
        }
        return;
    }
    if by_timeout {
        state.message = format!("{}, triggered by {TIMEOUT_CAUSE}", state.message);
    }
    if state.retry_count > 0 {
        state.message = format!("{} (retried {} times).", state.message, state.retry_count);
    }
}

fn retry_at(retry: &RetryStrategy, finished_at: Time, retries: i64) -> Result<Timestamp, DurationError> {
    let delay = SignedDuration::from_nanos(retry.delay(retries.max(0))?.nanoseconds());
    Ok(finished_at.timestamp().checked_add(delay).unwrap_or(Timestamp::MAX))
}

/// The time of day as `3:04PM`.
fn kitchen(at: Timestamp) -> String {
    let time = at.to_zoned(TimeZone::UTC);
    let (hour, half) = match time.hour() {
        0 => (12, "AM"),
        hour @ 1..12 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    format!("{hour}:{:02}{half}", time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Operation;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn running(limit: i64) -> OperationState {
        let retry = RetryStrategy { limit, ..RetryStrategy::default() };
        OperationState {
            operation: Operation { retry, ..Operation::default() },
            phase: OperationPhase::Running,
            started_at: Time::new(at("2026-01-01T12:00:00Z")),
            ..OperationState::default()
        }
    }

    #[test]
    fn a_failure_is_tried_again_with_growing_pauses_and_then_ends() {
        let mut state = running(2);
        let mut now = at("2026-01-01T12:59:58Z");
        record(&mut state, OperationPhase::Failed, "no", now);
        assert_eq!(state.message, "no. Retrying attempt #1 at 1:00PM.");
        assert_eq!((state.phase, state.finished_at.is_some()), (OperationPhase::Running, true));
        assert_eq!(turn(Some(&state), now), Turn::WaitUntil(at("2026-01-01T13:00:03Z")));
        now = at("2026-01-01T13:00:03Z");
        assert_eq!(turn(Some(&state), now), Turn::Retry);
        state = retried(&state);
        assert_eq!(state.message, "Retrying operation. Attempt #1");
        record(&mut state, OperationPhase::Failed, "no", now);
        assert_eq!(turn(Some(&state), now), Turn::WaitUntil(at("2026-01-01T13:00:13Z")));
        state = retried(&state);
        record(&mut state, OperationPhase::Failed, "no", now);
        assert_eq!((state.phase, &*state.message), (OperationPhase::Failed, "no (retried 2 times)."));
    }

    #[test]
    fn without_a_limit_nothing_is_tried_again() {
        let mut state = running(0);
        record(&mut state, OperationPhase::Error, "no", at("2026-01-01T00:05:00Z"));
        assert_eq!((state.phase, &*state.message), (OperationPhase::Error, "no"));
        assert_eq!(turn(Some(&state), at("2026-01-01T00:05:00Z")), Turn::Ended);
    }

    #[test]
    fn what_was_terminated_is_never_tried_again() {
        let mut state = running(-1);
        let limit = Some(SignedDuration::from_mins(1));
        assert!(!is_overdue(&state, limit, at("2026-01-01T12:01:00Z")));
        assert!(is_overdue(&state, limit, at("2026-01-01T12:01:01Z")));
        (state.phase, state.message) = (OperationPhase::Terminating, TIMED_OUT.to_owned());
        record(&mut state, OperationPhase::Failed, "Operation terminated", at("2026-01-01T12:02:00Z"));
        assert_eq!(state.message, "Operation terminated, triggered by controller sync timeout");
    }

    #[test]
    fn retries_may_take_the_newest_revision() {
        let mut state = running(1);
        state.operation.retry.refresh = true;
        state.operation.sync = Some(api::SyncOperation { revision: "abc".into(), ..Default::default() });
        state.retry_count = 1;
        let next = retried(&state);
        assert_eq!(next.operation.sync.map(|sync| sync.revision), Some(String::new()));
        assert_eq!(next.message, "Retrying operation with latest revisions. Attempt #1");
    }
}
