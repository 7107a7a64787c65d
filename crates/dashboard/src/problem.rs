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
    /// For people.
    pub message: String,
}

/// The codes of gRPC that are used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request is wrong.
    InvalidArgument = 3,
    /// The cluster did not answer in time.
    DeadlineExceeded = 4,
    /// It is not there.
    NotFound = 5,
    /// The cluster, or this server, does not allow it.
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
    /// The cluster cannot be reached.
    Unavailable = 14,
    /// Nobody knows who asks.
    Unauthenticated = 16,
}

impl Code {
    /// The HTTP status of the code.
    pub fn status(self) -> StatusCode {
        match self {
            Code::InvalidArgument | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Aborted => StatusCode::CONFLICT,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Problem {
    /// A problem of that code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem { code, message: message.into() }
    }

    /// The body of an answer.
    pub fn body(&self) -> Value {
        json!({"code": self.code as i32, "message": self.message})
    }

    /// The last line of a stream.
    pub fn line(&self) -> Value {
        let status = self.code.status();
        json!({"error": {
            "grpc_code": self.code as i32,
            "http_code": status.as_u16(),
            "http_status": status.canonical_reason().unwrap_or_default(),
            "message": self.message,
        }})
    }
}

impl From<ClusterError> for Problem {
    fn from(error: ClusterError) -> Self {
        let code = match error.class {
            ErrorClass::Conflict | ErrorClass::AlreadyExists => Code::Aborted,
            ErrorClass::NotFound | ErrorClass::UnknownKind | ErrorClass::Gone => Code::NotFound,
            ErrorClass::Forbidden | ErrorClass::Unauthorized => Code::PermissionDenied,
            ErrorClass::Invalid => Code::InvalidArgument,
            ErrorClass::TooManyRequests => Code::ResourceExhausted,
            ErrorClass::ServerError | ErrorClass::Unreachable | ErrorClass::NotSent => Code::Unavailable,
            ErrorClass::TimedOut => Code::DeadlineExceeded,
            ErrorClass::Malformed => Code::Internal,
        };
        Problem::new(code, error.message)
    }
}

impl From<steering::Refused> for Problem {
    fn from(refused: steering::Refused) -> Self {
        Problem::new(Code::FailedPrecondition, refused.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers = [(http::header::CONTENT_TYPE, "application/json")];
        (self.code.status(), headers, self.body().to_string()).into_response()
    }
}
