//! Wavefront: queries of charts.
//!
//! <https://docs.wavefront.com/wavefront_api.html>

use crate::asker::Asker;
use analysis::answers::{Understood, wavefront};
use api::rollouts::WavefrontMetric;
use outbound::{Call, url};
use std::time::Duration;

/// The Secret with a token for every address.
const SECRET: &str = "wavefront-api-tokens";
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks.
///
/// # Errors
/// When there is no token for the address, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &WavefrontMetric) -> Result<Understood, String> {
    let secret = asker.secret(&asker.namespace, SECRET).await.map_err(|error| error.message())?;
    let token = secret.get(&metric.address).ok_or_else(|| "API token not found".to_owned())?;
    let started = asker.clock.now();
    let millis = (started.as_second() * 1000).to_string();
    // Compat: an address is a host, which is asked by https, as Wavefront's own client does.
    let base =
        if metric.address.contains("://") { metric.address.clone() } else { format!("https://{}", metric.address) };
    let mut url = url(&format!("{}/api/v2/chart/api", base.trim_end_matches('/')))?;
    url.query_pairs_mut().extend_pairs([
        ("q", metric.query.as_str()),
        ("s", &millis),
        ("e", &millis),
        ("g", "s"),
        ("p", "1"),
        ("i", "false"),
        ("includeObsoleteMetrics", "false"),
        ("sorted", "false"),
        ("strict", "false"),
    ]);
    let call = Call::get(url, TIMEOUT).header("Authorization", &format!("Bearer {}", token.trim()))?;
    let reply = asker.http.send(call).await?;
    if !reply.status.is_success() {
        return Err(format!("server returned {}", reply.status));
    }
    wavefront(&reply.body, started)
}
