//! Graphite: its render API.
//!
//! <https://graphite.readthedocs.io/en/stable/render_api.html>

use crate::asker::Asker;
use analysis::answers::{Understood, graphite};
use api::rollouts::GraphiteMetric;
use outbound::{Call, url};
use std::time::Duration;
use url::form_urlencoded::parse;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer that is an error is told.
const TOLD_CHARACTERS: usize = 512;

/// Asks.
///
/// # Errors
/// When there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &GraphiteMetric) -> Result<Understood, String> {
    let mut call = Call::get(url(&metric.address)?, TIMEOUT);
    let path = format!("{}/render", call.url.path().trim_end_matches('/'));
    call.url.set_path(&path);
    // Compat: a query is the query of the URL, and blanks in it are nothing.
    let query: String = metric.query.split_whitespace().collect();
    let pairs: Vec<(String, String)> =
        parse(query.as_bytes()).into_owned().filter(|(key, _)| key != "format").collect();
    call.url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("format", "json");
    let reply = asker.http.send(call).await?;
    if reply.status.as_u16() >= 400 {
        let told: String = String::from_utf8_lossy(&reply.body).chars().take(TOLD_CHARACTERS).collect();
        return Err(format!("error response: {told}"));
    }
    graphite(&reply.body)
}
