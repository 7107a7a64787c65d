//! SkyWalking: GraphQL queries over a span of minutes.
//!
//! <https://skywalking.apache.org/docs/main/latest/en/api/query-protocol/>

use crate::asker::{Asker, duration};
use analysis::answers::{Understood, skywalking};
use api::rollouts::SkyWalkingMetric;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use outbound::{Call, url};
use serde_json::json;
use std::time::Duration;

/// The span that is asked about when the metric does not say.
const INTERVAL: Duration = Duration::from_secs(300);
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks.
///
/// # Errors
/// When there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &SkyWalkingMetric) -> Result<Understood, String> {
    let span = if metric.interval.is_empty() { INTERVAL } else { duration(&metric.interval)? };
    let end = asker.clock.now();
    let start = end.checked_sub(span).unwrap_or(Timestamp::MIN);
    let span = json!({"start": minute(start), "end": minute(end), "step": "MINUTE"});
    let call = Call::get(url(&format!("{}/graphql", metric.address.trim_end_matches('/')))?, TIMEOUT)
        .posting(&json!({"query": metric.query, "variables": {"duration": span}}));
    let reply = asker.http.send(call).await?;
    if !reply.status.is_success() {
        return Err(format!("graphql: server returned a non-200 status code: {}", reply.status.as_u16()));
    }
    skywalking(&reply.body)
}

fn minute(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H%M").to_string()
}
