//! Slack: messages, threads and updates.
//!
//! <https://docs.slack.dev/reference/methods/chat.postMessage> and `chat.update`.

use super::Sending;
use crate::context::{Body, Request, refused};
use crate::error::SendError;
use crate::options::{Fields, filled};
use outbound::Reply;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use url::Url;

const API: &str = "https://slack.com/api/";

/// How many threads are remembered; beyond, all begin anew. One is a few hundred bytes.
const THREADS_MAX: usize = 10_000;

/// Service, recipient and grouping key.
type Thread = (String, String, String);

/// A message: its channel's id and its time stamp.
type Message = (String, String);

/// The first message of each thread.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<BTreeMap<Thread, Message>>);

impl Threads {
    fn get(&self, key: &Thread) -> Option<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn set(&self, key: Thread, first: Message) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= THREADS_MAX {
            all.clear();
        }
        all.insert(key, first);
    }
}

pub(crate) async fn send(sending: &Sending<'_>, threads: &Threads) -> Result<(), SendError> {
    let (fields, recipient) = (sending.fields(), sending.recipient());
    let group = fields.text("groupingKey");
    let thread = (sending.destination.service.clone(), recipient.to_owned(), group.to_owned());
    let first = if group.is_empty() { None } else { threads.get(&thread) };
    let policy = fields.text_or("deliveryPolicy", "Post");
    let mut body = content(sending)?;
    if first.is_none() || policy != "Update" {
        let mut post = body.clone();
        post.insert("channel".to_owned(), recipient.into());
        if let Some((_, first)) = &first {
            post.insert("thread_ts".to_owned(), first.as_str().into());
        }
        if fields.is("notifyBroadcast") {
            post.insert("reply_broadcast".to_owned(), true.into());
        }
        let answer = call(sending, "chat.postMessage", Json::Object(post)).await?;
        let answer = Fields(&answer);
        if !group.is_empty() && first.is_none() {
            threads.set(thread, (answer.text_or("channel", recipient).to_owned(), answer.text("ts").to_owned()));
        }
    }
    if let Some((channel, first)) = first.filter(|_| policy != "Post") {
        body.insert("channel".to_owned(), channel.into());
        body.insert("ts".to_owned(), first.into());
        body.insert("as_user".to_owned(), true.into());
        call(sending, "chat.update", Json::Object(body)).await?;
    }
    Ok(())
}

/// What a message says and looks like.
fn content(sending: &Sending<'_>) -> Result<serde_json::Map<String, Json>, SendError> {
    let (fields, options) = (sending.fields(), sending.options);
    let icon = fields.text_or("icon", options.text("icon"));
    let is_emoji = icon.len() > 2 && icon.starts_with(':') && icon.ends_with(':');
    let is_url = Url::parse(icon).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let quiet = if options.is("disableUnfurl") { json!(false) } else { Json::Null };
    let content = filled([
        ("username", fields.text_or("username", options.text("username")).into()),
        ("icon_emoji", if is_emoji { icon.into() } else { Json::Null }),
        ("icon_url", if is_url { icon.into() } else { Json::Null }),
        ("attachments", fields.json("attachments")?.unwrap_or_default()),
        ("blocks", fields.json("blocks")?.unwrap_or_default()),
        ("unfurl_links", quiet.clone()),
        ("unfurl_media", quiet),
    ]);
    let Json::Object(mut content) = content else { return Ok(serde_json::Map::new()) };
    content.insert("text".to_owned(), sending.message.into());
    Ok(content)
}

async fn call(sending: &Sending<'_>, method: &str, body: Json) -> Result<Json, SendError> {
    let api = sending.options.text_or("apiURL", API);
    let request = Request::post(format!("{}/{method}", api.trim_end_matches('/')), Body::Json(body))
        .header("authorization", format!("Bearer {}", sending.options.text("token")))
        .header("content-type", "application/json; charset=utf-8")
        .trusting(sending.options);
    let reply: Reply = sending.context.ask(request).await?;
    if !reply.status.is_success() {
        return Err(refused("Slack", &reply));
    }
    let answer: Json = serde_json::from_slice(&reply.body).map_err(|_| "Slack answered what is no JSON".to_owned())?;
    if answer.get("ok") == Some(&Json::Bool(true)) {
        return Ok(answer);
    }
    Err(format!("Slack refused {method}: {}", Fields(&answer).text_or("error", "without saying why")).into())
}
