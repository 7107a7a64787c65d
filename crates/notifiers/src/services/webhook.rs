//! Webhooks: any request, tried again at once a few times where the server may be back in a moment.

use super::Sending;
use crate::context::{Body, Request, call, is_passing, refused, trust};
use crate::error::SendError;
use crate::options::Fields;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value as Json;
use std::time::Duration;
use tokio::time::sleep;

/// The longest pause between two tries, and the most tries: a notification must not hold its place for ever.
const PAUSE_MAX: Duration = Duration::from_secs(60);
const TRIES_MAX: i64 = 10;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let tries = options.number("retryMax").filter(|it| *it != 0).unwrap_or(3).clamp(0, TRIES_MAX);
    let (first, most) = (pause(options, "retryWaitMin", 1), pause(options, "retryWaitMax", 5));
    let mut waited = first;
    for left in (0..=tries).rev() {
        // Checked before it is sent: what can never be sent is not tried again.
        call(request(sending)?, Duration::ZERO)?;
        let failed = match sending.context.ask(request(sending)?).await {
            Ok(reply) if reply.status.is_success() => return Ok(()),
            Ok(reply) if !is_passing(reply.status) => return Err(refused(told(sending), &reply)),
            Ok(reply) => refused(told(sending), &reply),
            Err(error) => error,
        };
        let asked = match &failed {
            SendError::Failed { after, .. } => *after,
            SendError::Dropped(_) => None,
        };
        if left == 0 || asked.is_some_and(|asked| asked > most) {
            return Err(failed);
        }
        sleep(asked.unwrap_or(waited)).await;
        waited = waited.saturating_mul(2).min(most);
    }
    Ok(())
}

/// What messages call the server.
fn told<'s>(sending: &'s Sending<'_>) -> &'s str {
    &sending.destination.service
}

fn request<'s>(sending: &Sending<'s>) -> Result<Request<'s>, SendError> {
    let options = sending.options;
    let own = sending.fields().below(&sending.destination.service);
    let mut url = options.text("url").to_owned();
    let (mut method, mut body) = ("GET", sending.message);
    if let Some(own) = own {
        body = own.text("body");
        method = own.text_or("method", method);
        if !own.text("path").is_empty() {
            url = format!("{}/{}", url.trim_end_matches('/'), own.text("path").trim_start_matches('/'));
        }
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| format!("{method:?} is no method of HTTP"))?;
    let body = Body::Text(body.to_owned());
    let mut request = Request { method, url, headers: Vec::new(), body, trust: trust(options) };
    for item in options.0.get("headers").and_then(Json::as_array).into_iter().flatten() {
        request = request.header(Fields(item).text("name"), Fields(item).text("value"));
    }
    if let Some(basic) = options.below("basicAuth") {
        let pair = STANDARD.encode(format!("{}:{}", basic.text("username"), basic.text("password")));
        request = request.header("authorization", format!("Basic {pair}"));
    }
    Ok(request)
}

/// Compat: a number counts nanoseconds, as Go reads it; a text is a duration.
fn pause(options: Fields<'_>, name: &str, usual_seconds: u64) -> Duration {
    let nanos = match options.0.get(name) {
        Some(Json::String(text)) => sprig::duration::parse(text).ok(),
        Some(Json::Number(number)) => number.as_i64(),
        _ => None,
    };
    let nanos = nanos.and_then(|it| u64::try_from(it).ok()).filter(|it| *it > 0);
    nanos.map_or(Duration::from_secs(usual_seconds), Duration::from_nanos).min(PAUSE_MAX)
}
