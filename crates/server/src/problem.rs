//! What a request is refused with: gRPC's code and the HTTP status that upstream's gateway gives it. A leaf module.

use axum::response::{IntoResponse, Response};
use cluster::{ClusterError, ErrorClass};
use http::StatusCode;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// gRPC's code.
    pub code: Code,
    /// For people. Never holds a secret, and never tells whether something exists that the caller may not see.
    pub message: String,
    /// Another HTTP status than the code's own.
    pub status: Option<u16>,
}

/// The codes of gRPC that are used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something that should not be.
    Unknown = 2,
    /// The request is wrong.
    InvalidArgument = 3,
    /// It was not done in time.
    DeadlineExceeded = 4,
    /// It is not there.
    NotFound = 5,
    /// It is there already.
    AlreadyExists = 6,
    /// Whoever asks may not.
    PermissionDenied = 7,
    /// Too much at once.
    ResourceExhausted = 8,
    /// It cannot be done as things stand.
    FailedPrecondition = 9,
    /// Somebody else came first.
    Aborted = 10,
    /// There is no such method.
    Unimplemented = 12,
    /// Something that should not be.
    Internal = 13,
    /// What is needed for it cannot be reached.
    Unavailable = 14,
    /// Nobody knows who asks.
    Unauthenticated = 16,
}

impl Code {
    /// The HTTP status of the code.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Code::InvalidArgument | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::Unknown | Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Problem {
    /// A problem of that code.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem { code, message: message.into(), status: None }
    }

    /// The request is wrong.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Problem::new(Code::InvalidArgument, message)
    }

    /// It cannot be done as things stand.
    #[must_use]
    pub fn precondition(message: impl Into<String>) -> Self {
        Problem::new(Code::FailedPrecondition, message)
    }

    /// What everybody hears who may not, whatever is there.
    #[must_use]
    pub fn denied() -> Self {
        Problem::new(Code::PermissionDenied, "permission denied")
    }

    /// In upstream's words: there is none, told only to those who may see it.
    #[must_use]
    pub fn not_found(plural: &str, name: &str) -> Self {
        Problem::new(Code::NotFound, format!("{plural}.argoproj.io \"{name}\" not found"))
    }

    /// The same with another HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status.as_u16());
        self
    }

    /// The status it is answered with.
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(self.code.status())
    }

    /// The body of an answer.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({"error": self.message, "code": self.code as i32, "message": self.message})
    }

    /// The last line of a stream.
    #[must_use]
    pub fn line(&self) -> String {
        let status = self.http_status();
        let error = json!({"error": {
            "grpc_code": self.code as i32,
            "http_code": status.as_u16(),
            "http_status": status.canonical_reason().unwrap_or_default(),
            "message": self.message,
        }});
        format!("{error}\n")
    }
}

/// What a cluster answered may hold what was sent to it, so only its kind is told; the rest goes to the log of debugging.
impl From<ClusterError> for Problem {
    fn from(error: ClusterError) -> Self {
        tracing::debug!("the cluster answered: {error}");
        let (code, message) = match error.class {
            ErrorClass::Conflict => (Code::Aborted, "the object has been changed meanwhile; read it again and retry"),
            ErrorClass::AlreadyExists => (Code::AlreadyExists, "it exists already"),
            ErrorClass::NotFound | ErrorClass::Gone => (Code::NotFound, "it is not there, or not any longer"),
            ErrorClass::UnknownKind => (Code::NotFound, "the cluster does not serve this kind"),
            ErrorClass::Forbidden | ErrorClass::Unauthorized => {
                (Code::PermissionDenied, "the cluster does not permit it to this server")
            }
            ErrorClass::Invalid => (Code::InvalidArgument, "the cluster refuses the object as invalid"),
            ErrorClass::TooManyRequests => (Code::ResourceExhausted, "the cluster has too much to do"),
            ErrorClass::ServerError | ErrorClass::Unreachable | ErrorClass::NotSent => {
                (Code::Unavailable, "the cluster cannot be reached")
            }
            ErrorClass::TimedOut => (Code::DeadlineExceeded, "the cluster did not answer in time"),
            ErrorClass::Malformed => (Code::Internal, "the cluster's answer cannot be read"),
        };
        Problem::new(code, message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers = [(http::header::CONTENT_TYPE, "application/json")];
        (self.http_status(), headers, self.body().to_string()).into_response()
    }
}
