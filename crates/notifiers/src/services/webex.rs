//! Webex: messages to rooms and people.
//!
//! <https://developer.webex.com/docs/api/v1/messages/create-a-message>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::filled;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let (options, recipient) = (sending.options, sending.recipient());
    let to = if is_address(recipient) { "toPersonEmail" } else { "roomId" };
    let body = filled([(to, recipient.into()), ("markdown", sending.message.into())]);
    let server = options.text_or("apiURL", "https://webexapis.com").trim_end_matches('/');
    let request = Request::post(format!("{server}/v1/messages"), Body::Json(body))
        .header("authorization", format!("Bearer {}", options.text("token")))
        .trusting(options);
    sending.context.post(request).await.map(drop)
}

/// Whether it looks like somebody's address.
fn is_address(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    text.rsplit_once('@').is_some_and(|(name, host)| {
        is_word(name) && host.rsplit_once('.').is_some_and(|(domain, top)| is_word(domain) && is_word(top))
    })
}
