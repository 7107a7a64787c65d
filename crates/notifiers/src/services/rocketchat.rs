//! Rocket.Chat: sign in, then post.
//!
//! <https://developer.rocket.chat/apidocs/login-with-username-and-password> and `post-message`.

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::{Fields, filled};
use serde_json::{Value as Json, json};
use url::Url;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let server = options.text("serverUrl").trim_end_matches('/');
    let login = json!({"user": options.text("email"), "password": options.text("password")});
    let reply = sending.context.post(Request::post(format!("{server}/api/v1/login"), Body::Json(login))).await?;
    let answer: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    let data = Fields(answer.get("data").unwrap_or(&Json::Null));
    let recipient = sending.recipient();
    let is_channel = recipient.starts_with(['#', '@']);
    let (icon, avatar) = (options.text("icon"), options.text("avatar"));
    let is_emoji = icon.len() > 2 && icon.starts_with(':') && icon.ends_with(':');
    let is_url = Url::parse(avatar).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let body = filled([
        (if is_channel { "channel" } else { "roomId" }, recipient.into()),
        ("alias", options.text("alias").into()),
        ("text", sending.message.into()),
        ("emoji", if is_emoji { icon.into() } else { Json::Null }),
        ("avatar", if is_url { avatar.into() } else { Json::Null }),
        ("attachments", sending.fields().json("attachments")?.unwrap_or_default()),
    ]);
    let request = Request::post(format!("{server}/api/v1/chat.postMessage"), Body::Json(body))
        .header("x-auth-token", data.text("authToken"))
        .header("x-user-id", data.text("userId"));
    let reply = sending.context.post(request).await?;
    let answer: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    let answer = Fields(&answer);
    if answer.is("success") { Ok(()) } else { Err(format!("Rocket.Chat refused: {}", answer.text("error")).into()) }
}
