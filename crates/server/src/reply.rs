//! What a call is answered with. A leaf module.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
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
