//! Microsoft Teams by workflows: adaptive cards.
//!
//! <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#send-adaptive-cards>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::{Fields, filled};
use regex::Regex;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;
use url::Url;
use web::is_loopback;

/// Addresses of workflows.
static WORKFLOWS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)(api\.(powerautomate|powerplatform)\.com|flow\.microsoft\.com|webhook\.office\.com/workflows|/powerautomate/)";
    Regex::new(pattern).expect("invariant: the pattern is one")
});

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let url = sending.of_recipient("recipientUrls", "teams-workflows webhook")?;
    checked(url).map_err(|why| format!("invalid webhook URL for recipient {}: {why}", sending.recipient()))?;
    let content = match sending.fields().json("adaptiveCard")? {
        Some(card) => card,
        None => card(sending)?,
    };
    let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": content});
    let body = json!({"type": "message", "attachments": [attachment]});
    sending.context.post(Request::post(url, Body::Json(body)).trusting(sending.options)).await.map(drop)
}

fn checked(address: &str) -> Result<(), &'static str> {
    let url = Url::parse(address).map_err(|_| "it is no URL")?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err("webhook URL must use HTTPS scheme"),
    }
    if WORKFLOWS.is_match(address) {
        Ok(())
    } else {
        Err("it is no address of a Microsoft Teams workflow (Power Automate)")
    }
}

fn card(sending: &Sending<'_>) -> Result<Json, SendError> {
    let fields = sending.fields();
    let mut body = Vec::new();
    if let title @ [_, ..] = fields.text("title").as_bytes() {
        let title = String::from_utf8_lossy(title);
        body.push(filled([
            ("type", "TextBlock".into()),
            ("text", title.into()),
            ("size", "Large".into()),
            ("weight", "Bolder".into()),
            ("color", fields.text("themeColor").into()),
            ("wrap", true.into()),
        ]));
    }
    let text = fields.text_or("text", sending.message);
    if !text.is_empty() {
        body.push(json!({"type": "TextBlock", "text": text, "wrap": true}));
    }
    body.extend(fields.json("facts")?.and_then(|facts| fact_set(&facts)));
    for section in fields.json("sections")?.as_ref().and_then(Json::as_array).into_iter().flatten() {
        body.extend(section.get("facts").and_then(fact_set));
    }
    let actions = fields.json("potentialAction")?;
    let actions = actions.as_ref().and_then(Json::as_array).into_iter().flatten().filter_map(action);
    let actions: Vec<Json> = actions.collect();
    let mut card = json!({"type": "AdaptiveCard", "version": "1.4", "body": body});
    if !actions.is_empty() {
        card["actions"] = actions.into();
    }
    Ok(card)
}

fn fact_set(facts: &Json) -> Option<Json> {
    let fact = |fact: &Json| {
        let value = match fact.get("value") {
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        Some(json!({"title": fact.get("name")?.as_str()?, "value": value}))
    };
    let facts: Vec<Json> = facts.as_array()?.iter().filter_map(fact).collect();
    (!facts.is_empty()).then(|| json!({"type": "FactSet", "facts": facts}))
}

/// A button of a message card as one of an adaptive card.
fn action(action: &Json) -> Option<Json> {
    let fields = Fields(action);
    let url = action.pointer("/targets/0/uri")?.as_str().filter(|url| !url.is_empty())?;
    let is_link = fields.text("@type") == "OpenUri";
    is_link.then(|| {
        filled([("type", "Action.OpenUrl".into()), ("title", fields.text("name").into()), ("url", url.into())])
    })
}
