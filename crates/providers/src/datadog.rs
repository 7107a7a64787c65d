//! Datadog: series by version 1 of its API, scalars by version 2.
//!
//! <https://docs.datadoghq.com/api/latest/metrics/>

use crate::asker::{Asker, duration};
use analysis::answers::{DatadogVersion, Understood, datadog};
use api::rollouts::{DatadogMetric, SecretReference};
use outbound::{Call, Reply, url};
use serde_json::{Value, json};
use std::time::Duration;

/// Where Datadog answers.
const ADDRESS: &str = "https://api.datadoghq.com";
/// The Secret with keys and address when the metric names none.
const SECRET: &str = "datadog";
/// The span that is asked about when the metric does not say.
const INTERVAL: Duration = Duration::from_secs(300);
/// How long an answer is waited for when the metric does not say.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer that is an error is told.
const TOLD_CHARACTERS: usize = 512;

/// Asks.
///
/// # Errors
/// When the metric or its keys are not complete, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, namespace: &str, metric: &DatadogMetric) -> Result<Understood, String> {
    let keys = keys(asker, namespace, &metric.secret_ref).await?;
    validate(metric)?;
    let version = if metric.api_version == "v2" { DatadogVersion::V2 } else { DatadogVersion::V1 };
    let span = if metric.interval.is_empty() { INTERVAL } else { duration(&metric.interval)? };
    let timeout = if metric.request_timeout.is_empty() { TIMEOUT } else { duration(&metric.request_timeout)? };
    let to = asker.clock.now().as_second();
    let from = to - i64::try_from(span.as_secs()).unwrap_or_default();
    let route = if version == DatadogVersion::V2 { "/api/v2/query/scalar" } else { "/api/v1/query" };
    let mut call = Call::get(url(&format!("{}{route}", keys.address))?, timeout);
    if version == DatadogVersion::V2 {
        call = call.posting(&scalar_request(metric, from, to));
    } else {
        let pairs = [("from", from.to_string()), ("query", metric.query.clone()), ("to", to.to_string())];
        call.url.query_pairs_mut().extend_pairs(pairs);
    }
    let call = call.header("DD-API-KEY", &keys.api)?.header("DD-APPLICATION-KEY", &keys.application)?;
    let reply = asker.http.send(call).await?;
    datadog(version, understandable(&reply)?)
}

fn scalar_request(metric: &DatadogMetric, from: i64, to: i64) -> Value {
    let aggregator = if metric.aggregator.is_empty() { "last" } else { &metric.aggregator };
    let query = |name: &str, query: &str| json!({"aggregator": aggregator, "data_source": "metrics", "name": name, "query": query});
    let queries: Vec<Value> = match metric.query.as_str() {
        "" => metric.queries.iter().map(|(name, text)| query(name, text)).collect(),
        text => vec![query("query", text)],
    };
    let formulas: Vec<Value> =
        if metric.formula.is_empty() { Vec::new() } else { vec![json!({"formula": metric.formula})] };
    let attributes = json!({"from": from * 1000, "to": to * 1000, "queries": queries, "formulas": formulas});
    json!({"data": {"type": "scalar_request", "attributes": attributes}})
}

fn understandable(reply: &Reply) -> Result<&[u8], String> {
    let told = || String::from_utf8_lossy(&reply.body).chars().take(TOLD_CHARACTERS).collect::<String>();
    match reply.status.as_u16() {
        200 => Ok(&reply.body),
        status @ (401 | 403) => Err(format!("received authentication error response code: {status} {}", told())),
        status => Err(format!("received non 2xx response code: {status} {}", told())),
    }
}

struct Keys {
    address: String,
    api: String,
    application: String,
}

async fn keys(asker: &Asker, namespace: &str, reference: &SecretReference) -> Result<Keys, String> {
    if reference.namespaced && reference.name.is_empty() {
        return Err("secret name is required for namespaced credentials".to_owned());
    }
    let missing = || "API or App token not found".to_owned();
    if reference.name.is_empty() {
        let set = [
            asker.variable("DD_API_KEY"),
            asker.variable("DD_APP_KEY"),
            asker.variables.get("DD_ADDRESS").map(String::as_str),
        ];
        if let [Some(api), Some(application), Some(address)] = set {
            return Ok(read(api, application, address));
        }
    }
    let name = if reference.name.is_empty() { SECRET } else { &reference.name };
    let of = if reference.namespaced { namespace } else { &*asker.namespace };
    let secret = asker.secret(of, name).await.map_err(|error| format!("{}: {}", missing(), error.message()))?;
    let get = |key: &str| secret.get(key).map(|value| value.trim()).unwrap_or_default();
    let (api, application) = (get("api-key"), get("app-key"));
    if api.is_empty() || application.is_empty() {
        return Err(missing());
    }
    Ok(read(api, application, get("address")))
}

fn read(api: &str, application: &str, address: &str) -> Keys {
    let address = if address.is_empty() { ADDRESS } else { address.trim_end_matches('/') };
    Keys { address: address.to_owned(), api: api.to_owned(), application: application.to_owned() }
}

/// Whether the metric makes sense; in upstream's words.
fn validate(metric: &DatadogMetric) -> Result<(), String> {
    let is_v1 = metric.api_version != "v2";
    let wrong = |message: &str| Err(message.to_owned());
    if metric.query.is_empty() && metric.queries.is_empty() {
        return wrong("Must have either a query or queries. Please review the Analysis Template.");
    }
    if !metric.query.is_empty() && !metric.queries.is_empty() {
        return wrong("Cannot have both a query and queries. Please review the Analysis Template.");
    }
    if is_v1 && metric.query.is_empty() {
        return wrong(
            "Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.",
        );
    }
    if !metric.formula.is_empty() && metric.queries.is_empty() {
        return wrong("Formula are only valid when queries are set. Please review the Analysis Template.");
    }
    if metric.formula.is_empty() && metric.queries.len() > 1 {
        return wrong("When multiple queries are provided you must include a formula.");
    }
    if is_v1 && !metric.aggregator.is_empty() {
        return wrong("Aggregator is not supported in v1. Please review the Analysis Template.");
    }
    if !metric.request_timeout.is_empty() {
        let timeout = duration(&metric.request_timeout).map_err(|error| {
            format!("Could not parse the request timeout: {error}. Please review the Analysis Template.")
        })?;
        if timeout.is_zero() {
            return wrong(
                "Request timeout must be a positive duration (e.g. 30s). Please review the Analysis Template.",
            );
        }
    }
    Ok(())
}
