//! Alertmanager: alerts, to every instance of a cluster of them; one that takes it is enough.
//!
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>

use super::Sending;
use crate::context::{Body, Request, refused};
use crate::error::SendError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use std::time::Duration;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let fields = sending.fields.ok_or("notification alertmanager no config: the template has no such fields")?;
    let options = sending.options;
    let mut targets = options.list("targets");
    if targets.is_empty() {
        targets.push("127.0.0.1:9093");
    }
    let tree = |name: &str| fields.0.get(name).cloned().unwrap_or_default();
    let alert = json!([{
        "labels": tree("labels"), "annotations": tree("annotations"),
        "generatorURL": fields.text("generatorURL"), "startsAt": tree("startsAt"),
    }]);
    let outcomes = join_all(targets.iter().map(|target| send_one(sending, target, &alert))).await;
    if outcomes.iter().any(Result::is_ok) {
        return Ok(());
    }
    let first = outcomes.into_iter().find_map(Result::err).map(|error| error.to_string()).unwrap_or_default();
    Err(format!("no events were successfully received by alertmanager: {first}").into())
}

async fn send_one(sending: &Sending<'_>, target: &str, alert: &Json) -> Result<(), SendError> {
    let options = sending.options;
    let (scheme, path) = (options.text_or("scheme", "http"), options.text_or("apiPath", "/api/v2/alerts"));
    let mut request = Request::post(format!("{scheme}://{target}{path}"), Body::Json(alert.clone())).trusting(options);
    if let Some(basic) = options.below("basicAuth") {
        let pair = STANDARD.encode(format!("{}:{}", basic.text("username"), basic.text("password")));
        request = request.header("authorization", format!("Basic {pair}"));
    } else if !options.text("bearerToken").is_empty() {
        request = request.header("authorization", format!("Bearer {}", options.text("bearerToken")));
    }
    let seconds = options.number("timeout").and_then(|it| u64::try_from(it).ok()).filter(|it| *it > 0).unwrap_or(3);
    let reply = sending.context.ask_within(request, Duration::from_secs(seconds)).await?;
    if reply.status.as_u16() == 200 { Ok(()) } else { Err(refused(target, &reply)) }
}
