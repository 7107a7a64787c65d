//! New Relic: NRQL by NerdGraph.
//!
//! <https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/>

use crate::asker::Asker;
use analysis::answers::{Understood, new_relic};
use api::rollouts::NewRelicMetric;
use outbound::{Call, url};
use serde_json::json;
use std::time::Duration;

/// The Secret with account and keys when the metric names none.
const SECRET: &str = "newrelic";
/// For how many seconds New Relic may look when the metric does not say.
const QUERY_SECONDS: i64 = 5;
/// How much longer its answer is waited for.
const MARGIN: Duration = Duration::from_secs(30);
const QUERY: &str = "query ($query: Nrql!, $accountId: Int!, $timeout: Seconds!) \
    { actor { account(id: $accountId) { nrql(query: $query, timeout: $timeout) { results } } } }";

/// Asks.
///
/// # Errors
/// When the metric or its Secret are not complete, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &NewRelicMetric) -> Result<Understood, String> {
    let seconds = metric.timeout.unwrap_or(QUERY_SECONDS);
    let limit = u64::try_from(seconds).map_err(|_| "timeout value needs to be a positive value".to_owned())?;
    let name = if metric.profile.is_empty() { SECRET } else { &metric.profile };
    let secret = asker.secret(&asker.namespace, name).await.map_err(|error| error.message())?;
    let get = |key: &str| secret.get(key).map(|value| value.trim()).unwrap_or_default();
    let (key, account) = (get("personal-api-key"), get("account-id"));
    if key.is_empty() || account.is_empty() {
        return Err("account ID or personal API key not found".to_owned());
    }
    let account: i64 =
        account.parse().map_err(|_| format!("could not parse account ID: it is no number in secret {name:?}"))?;
    let address = match (get("base-url-nerdgraph"), get("region").to_lowercase().as_str()) {
        ("", "" | "us") => "https://api.newrelic.com/graphql",
        ("", "eu") => "https://api.eu.newrelic.com/graphql",
        ("", "staging") => "https://staging-api.newrelic.com/graphql",
        ("", _) => return Err(format!("the region in secret {name:?} is none of us, eu and staging")),
        (given, _) => given,
    };
    let variables = json!({"accountId": account, "query": metric.query, "timeout": seconds});
    let call = Call::get(url(address)?, Duration::from_secs(limit).saturating_add(MARGIN))
        .posting(&json!({"query": QUERY, "variables": variables}))
        .header("Api-Key", key)?;
    let reply = asker.http.send(call).await?;
    match reply.status.as_u16() {
        200..300 => new_relic(&reply.body),
        401 | 403 => Err("Invalid credentials provided. Missing API key or an invalid endpoint URL.".to_owned()),
        status => Err(format!("{status} response returned")),
    }
}
