//! Google Chat: messages and cards by webhooks.
//!
//! <https://developers.google.com/workspace/chat/quickstart/webhooks> and `api/reference/rest/v1/spaces.messages`.

use super::Sending;
use crate::context::{Body, Request, refused};
use crate::error::SendError;
use crate::options::Fields;
use budget::Budget;
use serde_json::{Value as Json, json};
use url::Url;
use yaml::Dialect;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let webhook = sending.of_recipient("webhooks", "Google chat webhook")?;
    let fields = sending.fields();
    let mut url = Url::parse(webhook).map_err(|_| "the webhook's address is no URL".to_owned())?;
    if !fields.text("threadKey").is_empty() {
        url.query_pairs_mut()
            .append_pair("threadKey", fields.text("threadKey"))
            .append_pair("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    }
    let reply =
        sending.context.ask(Request::post(url, Body::Json(message(sending)?)).trusting(sending.options)).await?;
    let answer: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    if let Some(error) = Fields(&answer).below("error") {
        let (code, status, why) =
            (error.number("code").unwrap_or_default(), error.text("status"), error.text("message"));
        let told = format!("error with message: code={code} status={status} message={why}");
        return match refused("Google Chat", &reply) {
            SendError::Failed { after, .. } => Err(SendError::Failed { message: told, after }),
            other => Err(other),
        };
    }
    if reply.status.is_success() { Ok(()) } else { Err(refused("Google Chat", &reply)) }
}

fn message(sending: &Sending<'_>) -> Result<Json, SendError> {
    let fields = sending.fields();
    let mut message = json!({});
    for (name, key) in [("cardsV2", "cardsV2"), ("cards", "cards")] {
        let text = fields.text(name);
        if text.is_empty() {
            continue;
        }
        let read = yaml::parse_one(text.as_bytes(), Dialect::V2, &mut Budget::default());
        let cards = read.map_err(|error| format!("{name} is no YAML: {error}"))?;
        let mut ids = sending.context.clock.random("google chat card");
        message[key] = match (name, cards) {
            ("cardsV2", Json::Array(cards)) => {
                cards.into_iter().map(|card| json!({"cardId": ids.uuid(), "card": card})).collect()
            }
            (_, cards) => cards,
        };
    }
    if message == json!({}) {
        message["text"] = sending.message.into();
    }
    Ok(message)
}
