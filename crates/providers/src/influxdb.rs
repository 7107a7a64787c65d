//! InfluxDB: Flux queries by version 2 of its API.
//!
//! <https://docs.influxdata.com/influxdb/v2/api/v2/#operation/PostQuery>

use crate::asker::Asker;
use analysis::answers::{Understood, influxdb};
use api::rollouts::InfluxdbMetric;
use outbound::{Call, url};
use serde_json::{Value, json};
use std::time::Duration;

/// The Secret with token, organisation and address when the metric names none.
const SECRET: &str = "influxdb";
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks.
///
/// # Errors
/// When the Secret is not complete, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &InfluxdbMetric) -> Result<Understood, String> {
    let name = if metric.profile.is_empty() { SECRET } else { &metric.profile };
    let secret = asker.secret(&asker.namespace, name).await.map_err(|error| error.message())?;
    let get = |key: &str| secret.get(key).map(|value| value.trim()).unwrap_or_default();
    let (token, organisation, address) = (get("authToken"), get("org"), get("address"));
    if token.is_empty() || organisation.is_empty() || address.is_empty() {
        return Err("authToken, org, or address not found".to_owned());
    }
    let mut url = url(&format!("{}/api/v2/query", address.trim_end_matches('/')))?;
    url.query_pairs_mut().append_pair("org", organisation);
    let dialect = json!({
        "annotations": ["datatype", "group", "default"], "delimiter": ",", "header": true, "commentPrefix": "#",
    });
    let call = Call::get(url, TIMEOUT)
        .posting(&json!({"query": metric.query, "type": "flux", "dialect": dialect}))
        .header("Authorization", &format!("Token {token}"))?
        .header("Accept", "text/csv")?;
    let reply = asker.http.send(call).await?;
    if !reply.status.is_success() {
        let said: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let message = said["message"].as_str().unwrap_or("it does not say why");
        return Err(format!("InfluxDB answered {}: {message}", reply.status));
    }
    influxdb(&reply.body)
}
