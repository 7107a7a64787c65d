//! Grafana: annotations.
//!
//! <https://grafana.com/docs/grafana/latest/developers/http_api/annotations/#create-annotation>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use serde_json::json;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let body = json!({
        "time": sending.context.clock.now().as_second() * 1000,
        "isRegion": false,
        "tags": sending.recipient().split('|').collect::<Vec<_>>(),
        "text": sending.message,
    });
    let url = format!("{}/annotations", options.text("apiUrl").trim_end_matches('/'));
    let request = Request::post(url, Body::Json(body))
        .header("authorization", format!("Bearer {}", options.text("apiKey")))
        .trusting(options);
    sending.context.post(request).await.map(drop)
}
