//! Microsoft Teams by connectors: message cards.
//!
//! <https://learn.microsoft.com/en-us/outlook/actionable-messages/message-card-reference>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use serde_json::{Value as Json, json};

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let url = sending.of_recipient("recipientUrls", "teams webhook")?;
    let body = match sending.fields().text("template") {
        "" => Body::Json(card(sending)?),
        template => Body::Text(template.to_owned()),
    };
    let request = Request::post(url, body).header("content-type", "application/json").trusting(sending.options);
    let reply = sending.context.post(request).await?;
    // Compat: connectors say what is wrong with a card in an answer of success; `1` is all that is well.
    match String::from_utf8_lossy(&reply.body).trim() {
        "1" => Ok(()),
        other => Err(format!("teams webhook post error: {}", other.chars().take(300).collect::<String>()).into()),
    }
}

fn card(sending: &Sending<'_>) -> Result<Json, SendError> {
    let fields = sending.fields();
    let mut card = json!({
        "@type": "MessageCard", "context": "https://schema.org/extensions",
        "title": fields.text("title"), "summary": fields.text("summary"),
        "text": fields.text_or("text", sending.message),
    });
    let mut sections = fields.json("sections")?.unwrap_or_else(|| json!([]));
    if let (Some(facts), Json::Array(sections)) = (fields.json("facts")?, &mut sections) {
        sections.push(json!({"facts": facts}));
    }
    let more = [
        ("themeColor", fields.text("themeColor").into()),
        ("potentialAction", fields.json("potentialAction")?.unwrap_or_default()),
        ("sections", sections),
    ];
    if let (Json::Object(card), Json::Object(more)) = (&mut card, crate::options::filled(more)) {
        card.extend(more);
    }
    Ok(card)
}
