//! Bodies in and out.

use crate::problem::{Code, Problem};
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use std::time::Duration;

/// No request has more to say.
const BODY_MAX: usize = 64 << 10;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// The body of a request.
pub async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, Response> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "compressed bodies are not read"));
    }
    let too_large = || with_status(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB");
    match tokio::time::timeout(BODY_WITHIN, to_bytes(body, BODY_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(with_status(StatusCode::REQUEST_TIMEOUT, "the body did not arrive within 10 s")),
    }
}

fn with_status(status: StatusCode, message: &str) -> Response {
    let mut response = Problem::new(Code::InvalidArgument, message).into_response();
    *response.status_mut() = status;
    response
}

/// JSON.
pub fn json(bytes: impl Into<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes.into()).into_response()
}

/// A page.
pub fn html(status: StatusCode, markup: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup).into_response()
}

/// Somewhere else, to be read there.
pub fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
