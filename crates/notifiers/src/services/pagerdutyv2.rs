//! PagerDuty by its Events API, version 2.
//!
//! <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::filled;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let key = sending.of_recipient("serviceKeys", "API key")?;
    let fields = sending.fields.ok_or("no config found for pagerdutyv2: the template has no such fields")?;
    let payload = filled(
        ["summary", "source", "severity", "component", "group", "class"].map(|name| (name, fields.text(name).into())),
    );
    let event = filled([
        ("routing_key", key.into()),
        ("event_action", "trigger".into()),
        ("dedup_key", fields.text("dedupKey").into()),
        ("payload", payload),
        ("client", "ArgoCD".into()),
        ("client_url", fields.text("url").into()),
    ]);
    let server = sending.context.endpoint("pagerdutyv2", "https://events.pagerduty.com");
    sending.context.post(Request::post(format!("{server}/v2/enqueue"), Body::Json(event))).await.map(drop)
}
