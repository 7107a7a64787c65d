//! The AnalysisRuns that are measured.

use crate::rollouts::NAMESPACE;
use serde_json::{Value, json};

/// How many metrics a run has.
const METRICS: u32 = 3;

/// A run that asks a server about three metrics every ten seconds, for ever.
pub fn analysis_run(name: &str, url: &str) -> Value {
    let metric = |index: u32| {
        json!({
            "name": format!("m{index}"),
            "interval": "10s",
            "successCondition": "result[0] >= 0.95",
            "failureLimit": 3,
            "provider": {"prometheus": {
                "address": url,
                "timeout": 60,
                "query": format!(
                    "sum(rate(http_requests_total{{run=\"{name}\",metric=\"m{index}\",code!~\"5..\"}}[1m])) \
                     / sum(rate(http_requests_total{{run=\"{name}\",metric=\"m{index}\"}}[1m]))"
                ),
            }},
        })
    };
    json!({
        "apiVersion": api::names::API_VERSION,
        "kind": api::rollouts::ANALYSIS_RUN,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"metrics": (0..METRICS).map(metric).collect::<Vec<Value>>()},
    })
}
