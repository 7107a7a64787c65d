//! Pushover: messages.
//!
//! <https://pushover.net/api#messages>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let server = sending.context.endpoint("pushover", "https://api.pushover.net");
    let form = vec![
        ("token", sending.options.text("token").to_owned()),
        ("user", sending.recipient().to_owned()),
        ("message", sending.message.to_owned()),
    ];
    sending.context.post(Request::post(format!("{server}/1/messages.json"), Body::Form(form))).await.map(drop)
}
