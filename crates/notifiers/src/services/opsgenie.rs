//! Opsgenie: alerts.
//!
//! <https://docs.opsgenie.com/docs/alert-api#create-alert>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::filled;
use serde_json::{Value as Json, json};

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let key = sending.of_recipient("apiKeys", "API key")?;
    let fields = sending.fields();
    if sending.fields.is_some() && fields.text("description").is_empty() {
        return Err("opsgenie notification description is missing".into());
    }
    let tree = |name: &str| fields.0.get(name).cloned().unwrap_or_default();
    let visible: Vec<Json> = tree("visibleTo")
        .as_array()
        .into_iter()
        .flatten()
        .map(|responder| {
            filled(responder.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value.clone())))
        })
        .collect();
    let text = |name: &str| Json::from(fields.text(name));
    let alert = filled([
        ("message", sending.message.into()),
        ("alias", text("alias")),
        ("description", text("description")),
        ("responders", json!([{"type": "team", "id": sending.recipient()}])),
        ("visibleTo", visible.into()),
        ("actions", tree("actions")),
        ("tags", tree("tags")),
        ("details", tree("details")),
        ("entity", text("entity")),
        ("source", "Argo CD".into()),
        ("priority", text("priority")),
        ("user", text("user")),
        ("note", text("note")),
    ]);
    // Compat: the option is a host; a scheme may be written before it.
    let server = sending.options.text_or("apiUrl", "api.opsgenie.com").trim_end_matches('/');
    let server = if server.contains("://") { server.to_owned() } else { format!("https://{server}") };
    let request = Request::post(format!("{server}/v2/alerts"), Body::Json(alert))
        .header("authorization", format!("GenieKey {key}"))
        .trusting(sending.options);
    sending.context.post(request).await.map(drop)
}
