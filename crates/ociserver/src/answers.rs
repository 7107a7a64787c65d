//! Answers.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde_json::json;
use std::convert::Infallible;

/// An answer of any kind.
pub(crate) type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// An answer with these headers; headers that are none are left out.
pub(crate) fn answer(status: StatusCode, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()).boxed_unsync());
    *response.status_mut() = status;
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

/// A refusal, as the specification writes it.
pub(crate) fn refusal(status: StatusCode, code: &str) -> Answer {
    let body = json!({"errors": [{"code": code, "message": code.to_lowercase()}]}).to_string();
    answer(status, &[("content-type", "application/json")], body)
}
