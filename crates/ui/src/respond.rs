//! Bodies in and out.

use crate::problem::Problem;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use std::time::Duration;

/// No form has more to say, a manifest of an application included.
const BODY_MAX: usize = 256 << 10;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// So many fields are read of one form.
const FIELDS_MAX: usize = 5_000;

/// The fields of a form, in order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads them.
    pub fn read(text: &[u8]) -> Self {
        Fields(url::form_urlencoded::parse(text).into_owned().take(FIELDS_MAX).collect())
    }

    /// The first value of a field without spaces around it; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether a box is ticked.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.get(name), "on" | "true" | "1")
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// The form of a request.
pub async fn form(body: Body) -> Result<Fields, Problem> {
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is larger than 256 KiB.");
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The form did not arrive within 10 s.");
    let bytes = tokio::time::timeout(BODY_WITHIN, to_bytes(body, BODY_MAX)).await.map_err(late)?.map_err(too_large)?;
    Ok(Fields::read(&bytes))
}

/// JSON.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// A page.
pub fn html(status: StatusCode, markup: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup).into_response()
}

/// Somewhere else, to be read there.
pub fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Whether a script asks, which is answered in JSON.
pub fn is_script(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accepted| accepted == "application/json")
}
