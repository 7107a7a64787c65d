//! New Relic: markers of deployments.
//!
//! <https://docs.newrelic.com/docs/apm/applications-menu/events/record-deployments-apm/#post-deployment>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::filled;
use serde_json::json;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    if options.text("apiKey").is_empty() {
        return Err("apiKey is missing".into());
    }
    let fields = sending.fields.ok_or("config is missing: the template has no newrelic fields")?;
    let deployment = filled([
        ("revision", fields.text("revision").into()),
        ("changelog", fields.text("changelog").into()),
        ("description", fields.text_or("description", sending.message).into()),
        ("user", fields.text("user").into()),
    ]);
    let server = options.text_or("apiURL", "https://api.newrelic.com").trim_end_matches('/');
    let url = format!("{server}/v2/applications/{}/deployments.json", sending.recipient());
    let request = Request::post(url, Body::Json(json!({"deployment": deployment})))
        .header("x-api-key", options.text("apiKey"))
        .trusting(options);
    sending.context.post(request).await.map(drop)
}
