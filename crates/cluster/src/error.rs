//! What went wrong with a request, as classes that say what to do about it. Nobody reads error text.

use serde::Deserialize;
use std::time::Duration;

/// A request that did not succeed.
///
/// `message` is for people, as the server worded it; decisions are made by `class` alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ClusterError {
    /// What kind of failure.
    pub class: ErrorClass,
    /// The server's own words, or ours when it said nothing.
    pub message: String,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
    /// Kubernetes' machine-readable reason (`Invalid`, `AlreadyExists`, …); empty when no server answered.
    pub reason: String,
    /// The fields the server named as causes.
    pub fields: Vec<String>,
}

/// The kinds of failure that are treated differently somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// A precondition did not hold, or somebody else owns a field: what we read is old.
    Conflict,
    /// The object to create is there already.
    AlreadyExists,
    /// The object is not there.
    NotFound,
    /// The cluster serves no such kind (now).
    UnknownKind,
    /// The revision asked for is no longer kept: list again.
    Gone,
    /// We may not do this.
    Forbidden,
    /// Our credentials are not accepted.
    Unauthorized,
    /// The request is wrong and stays wrong until its input changes.
    Invalid,
    /// The server asks for less.
    TooManyRequests,
    /// The server failed; it may succeed later.
    ServerError,
    /// No connection, or it broke: a write may or may not have happened.
    Unreachable,
    /// No answer in time: a write may or may not have happened.
    TimedOut,
    /// What answered does not speak Kubernetes.
    Malformed,
    /// Refused on our own side before anything was sent: no longer the leader, or an unknown cluster.
    NotSent,
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Look again and plan anew, soon: the world is not what we thought.
    Replan,
    /// Try again with growing pauses.
    Retry,
    /// Try again after this pause.
    RetryAfter(Duration),
    /// Trying again does not help until somebody changes something; look again rarely.
    Stalled,
}

impl ErrorClass {
    /// Every class, in the order of this enum.
    pub const ALL: [ErrorClass; 14] = [
        ErrorClass::Conflict,
        ErrorClass::AlreadyExists,
        ErrorClass::NotFound,
        ErrorClass::UnknownKind,
        ErrorClass::Gone,
        ErrorClass::Forbidden,
        ErrorClass::Unauthorized,
        ErrorClass::Invalid,
        ErrorClass::TooManyRequests,
        ErrorClass::ServerError,
        ErrorClass::Unreachable,
        ErrorClass::TimedOut,
        ErrorClass::Malformed,
        ErrorClass::NotSent,
    ];

    /// Whether a write that failed so may have happened nevertheless.
    #[must_use]
    pub fn leaves_doubt(self) -> bool {
        matches!(self, ErrorClass::Unreachable | ErrorClass::TimedOut | ErrorClass::ServerError)
    }
}

impl ClusterError {
    /// A failure that no server answered.
    #[must_use]
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        ClusterError { class, message: message.into(), retry_after: None, reason: String::new(), fields: Vec::new() }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match (self.class, self.retry_after) {
            (ErrorClass::Conflict | ErrorClass::AlreadyExists | ErrorClass::NotFound | ErrorClass::Gone, _) => {
                Advice::Replan
            }
            (
                ErrorClass::TooManyRequests | ErrorClass::ServerError | ErrorClass::Unreachable | ErrorClass::TimedOut,
                Some(pause),
            ) => Advice::RetryAfter(pause),
            (
                ErrorClass::TooManyRequests
                | ErrorClass::ServerError
                | ErrorClass::Unreachable
                | ErrorClass::TimedOut
                | ErrorClass::NotSent
                | ErrorClass::UnknownKind,
                _,
            ) => Advice::Retry,
            (ErrorClass::Forbidden | ErrorClass::Unauthorized | ErrorClass::Invalid | ErrorClass::Malformed, _) => {
                Advice::Stalled
            }
        }
    }

    /// Reads the body of an answer whose status is not a success.
    pub(crate) fn from_answer(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let status: Status = serde_json::from_slice(body).unwrap_or_default();
        let class = classify(code, &status);
        let message = match status.message {
            Some(message) if !message.is_empty() => message,
            _ => format!("the server answered with status {code} and no explanation"),
        };
        let retry_after = retry_after
            .or(status.details.as_ref().and_then(|details| {
                details.retry_after_seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
            }));
        let reason = status.reason.unwrap_or_default();
        ClusterError { class, message, retry_after, reason, fields: fields(status.details) }
    }

    /// Reads a `Status` object that came as an event of a watch.
    pub(crate) fn from_status(body: &[u8]) -> Self {
        let code = serde_json::from_slice::<Status>(body).ok().and_then(|status| status.code).unwrap_or(500);
        ClusterError::from_answer(code, None, body)
    }
}

#[derive(Deserialize, Default)]
struct Status {
    message: Option<String>,
    reason: Option<String>,
    code: Option<u16>,
    details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Details {
    name: Option<String>,
    retry_after_seconds: Option<u64>,
    #[serde(default)]
    causes: Vec<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    field: Option<String>,
}

fn fields(details: Option<Details>) -> Vec<String> {
    let causes = details.map(|details| details.causes).unwrap_or_default();
    causes.into_iter().filter_map(|cause| cause.field).filter(|field| !field.is_empty()).collect()
}

fn classify(code: u16, status: &Status) -> ErrorClass {
    let reason = status.reason.as_deref().unwrap_or_default();
    let names_object = status.details.as_ref().is_some_and(|details| details.name.is_some());
    match (code, reason) {
        (409, "AlreadyExists") => ErrorClass::AlreadyExists,
        (409, _) => ErrorClass::Conflict,
        // A path that is not served answers 404 without naming an object.
        (404, _) if names_object => ErrorClass::NotFound,
        (404, _) => ErrorClass::UnknownKind,
        (410, _) => ErrorClass::Gone,
        (401, _) => ErrorClass::Unauthorized,
        (403, _) => ErrorClass::Forbidden,
        (429, _) => ErrorClass::TooManyRequests,
        (408, _) => ErrorClass::TimedOut,
        (500.., _) => ErrorClass::ServerError,
        (400..500, _) => ErrorClass::Invalid,
        _ => ErrorClass::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: u16, body: &str) -> ErrorClass {
        ClusterError::from_answer(code, None, body.as_bytes()).class
    }

    #[test]
    fn a_missing_object_is_not_a_missing_kind() {
        let object = r#"{"kind":"Status","reason":"NotFound","details":{"name":"web","kind":"pods"},"code":404}"#;
        let path = r#"{"kind":"Status","reason":"NotFound","details":{},"code":404}"#;
        assert_eq!(class(404, object), ErrorClass::NotFound);
        assert_eq!(class(404, path), ErrorClass::UnknownKind);
        assert_eq!(class(404, "404 page not found\n"), ErrorClass::UnknownKind);
    }

    #[test]
    fn classes_follow_code_and_reason() {
        assert_eq!(class(409, r#"{"reason":"AlreadyExists"}"#), ErrorClass::AlreadyExists);
        assert_eq!(class(409, r#"{"reason":"Conflict"}"#), ErrorClass::Conflict);
        assert_eq!(class(422, r#"{"reason":"Invalid"}"#), ErrorClass::Invalid);
        assert_eq!(class(413, ""), ErrorClass::Invalid);
        assert_eq!(class(503, "upstream connect error"), ErrorClass::ServerError);
        assert_eq!(class(302, ""), ErrorClass::Malformed);
    }

    #[test]
    fn the_servers_wish_for_a_pause_is_heard() {
        let body = r#"{"reason":"ServerTimeout","details":{"retryAfterSeconds":3},"message":"later","code":504}"#;
        let error = ClusterError::from_answer(504, None, body.as_bytes());
        assert_eq!(error.advice(), Advice::RetryAfter(Duration::from_secs(3)));
        assert_eq!(error.to_string(), "later");
    }

    #[test]
    fn every_class_has_advice() {
        for class in ErrorClass::ALL {
            let advice = ClusterError::new(class, "x").advice();
            assert!(!matches!(advice, Advice::RetryAfter(_)), "{class:?} names no pause by itself");
        }
    }
}
