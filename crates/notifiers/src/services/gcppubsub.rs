//! Google Cloud Pub/Sub: messages to a topic, in the name of a service account.
//!
//! <https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::google;
use crate::options::filled;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

const SCOPE: &str = "https://www.googleapis.com/auth/pubsub";

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let topic = if sending.recipient().is_empty() { options.text("topic") } else { sending.recipient() };
    let token = google::token(sending, SCOPE).await?;
    let attributes = sending.fields().0.get("attributes").cloned().unwrap_or_default();
    let message = filled([("data", STANDARD.encode(sending.message).into()), ("attributes", attributes)]);
    let server = sending.context.endpoint("gcppubsub", "https://pubsub.googleapis.com");
    let url = format!("{server}/v1/projects/{}/topics/{topic}:publish", options.text("project"));
    let request = Request::post(url, Body::Json(json!({"messages": [message]})))
        .header("authorization", format!("Bearer {token}"));
    sending.context.post(request).await.map(drop)
}
