//! What each provider says of metrics and answers that will not do, in upstream's words: those that no other case has.

use crate::server::{Request, Server, ok, status};
use crate::stage::{OWN, Stage, run};
use analysis::TaskKind;
use serde_json::{Value, json};

#[tokio::test]
async fn each_mistake_in_a_metric_of_datadog_has_its_words() {
    let stage = Stage::start().await;
    let review = "Please review the Analysis Template.";
    let (queries, v2) = (json!({"a": "x"}), "v2");
    stage.secret(OWN, "datadog", &[("api-key", "a"), ("app-key", "b")]).await;
    for (metric, told) in [
        (json!({}), format!("Must have either a query or queries. {review}")),
        (json!({"query": "q", "queries": queries}), format!("Cannot have both a query and queries. {review}")),
        (
            json!({"queries": queries}),
            "Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.".into(),
        ),
        (
            json!({"query": "q", "formula": "f", "apiVersion": v2}),
            format!("Formula are only valid when queries are set. {review}"),
        ),
        (json!({"query": "q", "aggregator": "sum"}), format!("Aggregator is not supported in v1. {review}")),
        (
            json!({"query": "q", "requestTimeout": "0s"}),
            format!("Request timeout must be a positive duration (e.g. 30s). {review}"),
        ),
        (
            json!({"query": "q", "requestTimeout": "soon"}),
            format!("Could not parse the request timeout: time: invalid duration \"soon\". {review}"),
        ),
        (
            json!({"query": "q", "secretRef": {"namespaced": true}}),
            "secret name is required for namespaced credentials".into(),
        ),
    ] {
        assert_eq!(stage.line(json!({ "datadog": metric }), "true").await, format!("Error  - {told}"), "{metric}");
    }
}

#[tokio::test]
async fn datadog_that_knows_nobody_is_told_by_its_status() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| status(403, "Forbidden")).await;
    let keys = [("api-key", "a"), ("app-key", "b"), ("address", server.url("").leak() as &str)];
    stage.secret(OWN, "datadog", &keys).await;
    let line = stage.line(json!({"datadog": {"query": "q"}}), "true").await;
    assert_eq!(line, "Error  - received authentication error response code: 403 Forbidden");
    stage.secret(OWN, "half", &[("api-key", "a")]).await;
    let line = stage.line(json!({"datadog": {"query": "q", "secretRef": {"name": "half"}}}), "true").await;
    assert_eq!(line, "Error  - API or App token not found");
}

fn judged(address: &str) -> Value {
    let side = json!({"scope": "s", "region": "eu", "step": 60, "start": "", "end": ""});
    json!({"kayenta": {"address": address, "application": "shop", "canaryConfigName": "c", "threshold": {"pass": 90, "marginal": 70},
        "scopes": [{"name": "default", "controlScope": side, "experimentScope": side}]}})
}

#[tokio::test]
async fn judgements_without_a_score_are_told() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match (request.method.as_str(), request.path()) {
        ("GET", "/canaryConfig") => ok(r#"[{"id": "c-1", "name": "c"}]"#),
        ("POST", _) => ok(r#"{"canaryExecutionId": "e-1"}"#),
        _ => ok(r#"{"complete": true, "result": {"judgeResult": {}}}"#),
    })
    .await;
    let run = run(judged(&server.url("")), "", json!([]));
    let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
    let ended = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
    assert_eq!((ended.phase_word.as_str(), ended.message.as_str()), ("Error", "Missing Score"));
    let refusing = Server::start(|request: &Request| match (request.method.as_str(), request.path()) {
        ("GET", "/canaryConfig") => ok(r#"[{"id": "c-1", "name": "c"}]"#),
        _ => status(400, "no"),
    })
    .await;
    assert_eq!(stage.line(judged(&refusing.url("")), "").await, "Error  - Invalid Response");
}

#[tokio::test]
async fn metrics_of_prometheus_that_cannot_be_asked_are_told() {
    let stage = Stage::start().await;
    for (metric, told) in [
        (json!({"address": "http://x", "timeout": -1}), "prometheus timeout should not be negative"),
        (json!({"address": "no address"}), "prometheus address is not is url format"),
        (
            json!({"address": "http://x", "rangeQuery": {"start": "now()", "end": "now()", "step": "soon"}}),
            "failed to parse rangeQuery.step as duration: time: invalid duration \"soon\"",
        ),
        (
            json!({"address": "http://127.0.0.1:1", "authentication": {"basicAuth": {"password": "p"}}}),
            "missing mandatory parameter in metric for basic auth setup: username",
        ),
    ] {
        let line = stage.line(json!({ "prometheus": metric }), "true").await;
        assert_eq!(line, format!("Error  - {told}"), "{metric}");
    }
}

#[tokio::test]
async fn a_job_that_nobody_wrote_down_and_a_plugin_that_nobody_runs_are_told() {
    let stage = Stage::start().await;
    let run = run(json!({"job": {"spec": {"template": {}}}}), "", json!([]));
    let lost = stage.ask(&run, TaskKind::Resume, Some(api::rollouts::Measurement::default())).await;
    assert_eq!(lost.expect("arguments").measurement.message, "job metadata reference missing");
    let line = stage.line(json!({"plugin": {"a/b": {}}}), "true").await;
    assert_eq!(line, "Error  - failed to create plugin: plugin a/b is not there: this controller runs no plugins");
    assert_eq!(stage.line(json!({}), "true").await, "Error  - no valid provider in metric 'm'");
}
