//! Any web service that answers with JSON.

use crate::asker::Asker;
use crate::oauth2;
use analysis::answers::{Understood, web};
use api::rollouts::WebMetric;
use outbound::{Call, header, url};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use std::time::Duration;

/// For how many seconds an answer is waited for when the metric does not say.
const TIMEOUT_SECONDS: u64 = 10;

/// Asks.
///
/// # Errors
/// When the metric contradicts itself, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &WebMetric) -> Result<Understood, String> {
    let call = oauth2::authorized(&asker.http, call(metric)?, &metric.authentication.oauth2).await?;
    let reply = asker.http.send(call).await?;
    if !reply.status.is_success() {
        return Err(format!("received non 2xx response code: {}", reply.status.as_u16()));
    }
    web(&metric.json_path, &reply.body)
}

fn call(metric: &WebMetric) -> Result<Call, String> {
    let method = match metric.method.as_str() {
        "" | "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        other => return Err(format!("method {other:?} is none of GET, POST and PUT")),
    };
    let has_json = !metric.json_body.is_null() && metric.json_body != Value::String(String::new());
    if !metric.body.is_empty() && has_json {
        return Err("use either Body or JSONBody; both cannot exists for WebMetric payload".to_owned());
    }
    if (!metric.body.is_empty() || has_json) && method == Method::GET {
        return Err("Body/JSONBody can only be used with POST or PUT WebMetric Method types".to_owned());
    }
    let seconds = u64::try_from(metric.timeout_seconds).ok().filter(|seconds| *seconds > 0);
    let mut call = Call::get(url(&metric.url)?, Duration::from_secs(seconds.unwrap_or(TIMEOUT_SECONDS)));
    call.method = method;
    for given in &metric.headers {
        let (name, value) = header(&given.key, &given.value)?;
        call.headers.insert(name, value);
    }
    if has_json {
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call.body = Some(metric.json_body.to_string().into_bytes());
    } else if !metric.body.is_empty() {
        call.body = Some(metric.body.clone().into_bytes());
    }
    if metric.insecure {
        call.trust = ::web::ServerTrust::Anything;
    }
    Ok(call)
}
