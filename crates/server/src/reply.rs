//! What a call is answered with. A leaf module.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

/// What a call is answered with.
#[derive(Debug)]
pub enum Reply {
    /// JSON.
    Json(Value),
    /// JSON as it was written down.
    Text(Bytes),
    /// One line of JSON for each thing there is to tell, until there is no more.
    Lines(Body),
    /// Anything else.
    Whole(Box<Response>),
}

impl Reply {
    /// An empty object: it is done.
    #[must_use]
    pub fn done() -> Self {
        Reply::Json(Value::Object(serde_json::Map::new()))
    }

    /// A text of some type.
    #[must_use]
    pub fn typed(kind: &'static str, text: impl Into<Bytes>) -> Self {
        Reply::whole(([(header::CONTENT_TYPE, kind)], text.into()).into_response())
    }

    /// A response as it is.
    #[must_use]
    pub fn whole(response: Response) -> Self {
        Reply::Whole(Box::new(response))
    }
}

/// Lines of JSON as events that a browser's `EventSource` reads. Compat: upstream's form for whoever accepts it.
#[must_use]
pub fn as_events(lines: Body) -> Response {
    let mut rest = Vec::new();
    let events = lines.into_data_stream().map(move |piece| {
        let mut text = Vec::new();
        rest.extend_from_slice(&piece?);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            // A line that says nothing shows that both ends are there: a comment does too.
            text.extend_from_slice(if line.len() > 1 { b"data: " } else { b":" });
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
        Ok::<Bytes, axum::Error>(text.into())
    });
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))];
    (StatusCode::OK, kind, Body::from_stream(events)).into_response()
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        match self {
            Reply::Json(value) => (StatusCode::OK, json, value.to_string()).into_response(),
            Reply::Text(text) => (StatusCode::OK, json, text).into_response(),
            Reply::Lines(body) => (StatusCode::OK, json, body).into_response(),
            Reply::Whole(response) => *response,
        }
    }
}
