//! Why something is not shown or not done, for people. A leaf module.

use cluster::{ClusterError, ErrorClass};
use http::StatusCode;

/// Why something is not shown or not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// How HTTP says it.
    pub status: StatusCode,
    /// For people.
    pub message: String,
}

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Problem { status, message: message.into() }
    }

    /// The request is wrong.
    #[must_use]
    pub fn wrong(message: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, message)
    }

    /// It is not there, or not for who asks: both in the same words.
    #[must_use]
    pub fn missing() -> Self {
        Problem::new(StatusCode::NOT_FOUND, "There is nothing here that you may see.")
    }

    /// Who asks may look, not act.
    #[must_use]
    pub fn refused(what: &str) -> Self {
        Problem::new(
            StatusCode::FORBIDDEN,
            format!("You may not {what}. Whoever looks after the policies can permit it."),
        )
    }
}

impl From<ClusterError> for Problem {
    fn from(error: ClusterError) -> Self {
        let status = match error.class {
            ErrorClass::Conflict | ErrorClass::AlreadyExists => StatusCode::CONFLICT,
            ErrorClass::NotFound | ErrorClass::UnknownKind | ErrorClass::Gone => StatusCode::NOT_FOUND,
            ErrorClass::Forbidden | ErrorClass::Unauthorized => StatusCode::FORBIDDEN,
            ErrorClass::Invalid => StatusCode::BAD_REQUEST,
            ErrorClass::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_GATEWAY,
        };
        Problem::new(status, format!("The cluster says: {error}"))
    }
}
