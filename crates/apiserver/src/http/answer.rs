//! Answers: status, headers and body of objects and refusals.

use super::body::AnswerBody;
use super::negotiate::{Accepted, Encoding};
use crate::error::ApiError;
use crate::store::Encoded;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// Longest text of one warning header.
const WARNING_BYTES_MAX: usize = 4096;

/// A finished answer.
pub fn answer(code: u16, content_type: &'static str, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let no_cache = HeaderValue::from_static("no-cache, private");
    response.headers_mut().insert(header::CACHE_CONTROL, no_cache);
    response
}

/// JSON text in the encoding the client accepts.
pub fn document(code: u16, accepted: Accepted, json: Bytes) -> Response<AnswerBody> {
    match accepted.encoding {
        Encoding::Json | Encoding::OpenApi => answer(code, "application/json", AnswerBody::whole(json)),
        Encoding::Yaml => {
            let value: Value = serde_json::from_slice(&json).unwrap_or_default();
            answer(code, "application/yaml", AnswerBody::whole(yaml::emit(&value)))
        }
    }
}

/// Plain text.
pub fn text(code: u16, text: impl Into<Bytes>) -> Response<AnswerBody> {
    answer(code, "text/plain; charset=utf-8", AnswerBody::whole(text))
}

/// A refusal.
pub fn refusal(error: &ApiError, accepted: Accepted) -> Response<AnswerBody> {
    let mut response = document(error.code(), accepted, Encoded::plain(&error.to_value()));
    let retry = error.details().map_or(0, |details| details.retry_after_seconds);
    if retry > 0 || error.code() == 429 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry.max(1)));
    }
    response
}

/// The answer of a server that has no seat for the request, in upstream's words.
pub fn overloaded(retry_after_seconds: u32) -> Response<AnswerBody> {
    let mut response = text(429, "Too many requests, please try again later.\n");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    response
}

/// Adds warnings to an answer, as clients print them.
pub fn with_warnings(mut response: Response<AnswerBody>, warnings: &[String]) -> Response<AnswerBody> {
    for warning in warnings {
        let escaped: String = warning
            .chars()
            .filter(|character| !character.is_control())
            .flat_map(|character| match character {
                '"' | '\\' => vec!['\\', character],
                other => vec![other],
            })
            .collect();
        let end = (0..=WARNING_BYTES_MAX.min(escaped.len())).rev().find(|end| escaped.is_char_boundary(*end));
        let text = format!("299 - \"{}\"", &escaped[..end.unwrap_or_default()]);
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            response.headers_mut().append(header::WARNING, value);
        }
    }
    response
}
