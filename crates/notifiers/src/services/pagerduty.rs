//! PagerDuty by its REST API: incidents.
//!
//! <https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::filled;
use serde_json::{Value as Json, json};

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let (options, fields) =
        (sending.options, sending.fields.ok_or("the template has no pagerduty fields: title first of all")?);
    let service = if sending.recipient().is_empty() { options.text("serviceId") } else { sending.recipient() };
    let reference = |id: &str, kind: &str| if id.is_empty() { Json::Null } else { json!({"id": id, "type": kind}) };
    let details = match fields.text("body") {
        "" => Json::Null,
        body => json!({"type": "incident_body", "details": body}),
    };
    let incident = filled([
        ("type", "incident".into()),
        ("title", fields.text("title").into()),
        ("service", reference(service, "service_reference")),
        ("priority", reference(fields.text("priorityId"), "priority_reference")),
        ("urgency", fields.text("urgency").into()),
        ("body", details),
    ]);
    let server = sending.context.endpoint("pagerduty", "https://api.pagerduty.com");
    let request = Request::post(format!("{server}/incidents"), Body::Json(json!({"incident": incident})))
        .header("accept", "application/vnd.pagerduty+json;version=2")
        .header("authorization", format!("Token token={}", options.text("token")))
        .header("from", options.text("from"));
    sending.context.post(request).await.map(drop)
}
