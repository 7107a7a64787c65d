//! Telegram: messages of a bot.
//!
//! <https://core.telegram.org/bots/api#sendmessage>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::Fields;
use serde_json::{Value as Json, json};

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let number =
        |text: &str| text.parse::<i64>().map_err(|_| format!("recipient {} is no chat's number", sending.recipient()));
    let mut body = json!({"text": sending.message, "parse_mode": "Markdown"});
    if sending.recipient().starts_with('-') {
        let mut parts = sending.recipient().split('|');
        body["chat_id"] = number(parts.next().unwrap_or_default())?.into();
        if let Some(thread) = parts.next() {
            body["message_thread_id"] = number(thread)?.into();
        }
    } else {
        body["chat_id"] = format!("@{}", sending.recipient()).into();
    }
    let server = sending.context.endpoint("telegram", "https://api.telegram.org");
    let url = format!("{server}/bot{}/sendMessage", sending.options.text("token"));
    let reply = sending.context.post(Request::post(url, Body::Json(body))).await?;
    let answer: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    let answer = Fields(&answer);
    if answer.is("ok") { Ok(()) } else { Err(format!("Telegram refused: {}", answer.text("description")).into()) }
}
