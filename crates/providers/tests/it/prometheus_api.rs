//! Prometheus: <https://prometheus.io/docs/prometheus/latest/querying/api/>

use crate::server::{Request, Server, ok, status};
use crate::stage::{NAMESPACE, Stage, run};
use analysis::TaskKind;
use serde_json::{Value, json};

const SCALAR: &str = r#"{"status":"success","data":{"resultType":"scalar","result":[1435781451.781,"0.995"]}}"#;

fn now(body: &'static str) -> impl Fn(&Request) -> crate::server::Reply {
    move |_: &Request| ok(body)
}

/// A vector whose sample is of just now.
fn vector(value: &str) -> String {
    format!(
        r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[{},"{value}"]}}]}}}}"#,
        u32::MAX
    )
}

fn provider(address: &str, more: Value) -> Value {
    let mut provider = json!({"address": address, "query": "sum(rate(ok[1m]))"});
    for (key, value) in more.as_object().expect("an object") {
        provider[key] = value.clone();
    }
    json!({ "prometheus": provider })
}

#[tokio::test]
async fn a_query_is_posted_and_its_numbers_are_judged() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(&vector("0.995"))).await;
    let answer = stage.answer(provider(&server.url("/base/"), json!({})), "result[0] >= 0.99").await;
    let measured = answer.measurement;
    assert_eq!((measured.phase_word.as_str(), measured.value.as_str()), ("Successful", "[0.995]"));
    assert_eq!(answer.metadata["ResolvedPrometheusQuery"], "sum(rate(ok[1m]))");
    let asked = server.last();
    assert_eq!((asked.method.as_str(), asked.path()), ("POST", "/base/api/v1/query"));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.pair("query"), "sum(rate(ok[1m]))");
    assert!(asked.pair("time").parse::<f64>().expect("seconds") > 1e9);
    let line = stage.line(provider(&server.url(""), json!({})), "result[0] >= 0.999").await;
    assert_eq!(line, "Failed [0.995]");
}

#[tokio::test]
async fn a_server_that_takes_no_post_is_asked_by_get() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.method.as_str() {
        "POST" => status(405, "no"),
        _ => ok(&vector("1")),
    })
    .await;
    assert_eq!(stage.line(provider(&server.url(""), json!({})), "result[0] == 1").await, "Successful [1]");
    let asked = server.last();
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("GET", ""));
    assert_eq!(asked.pair("query"), "sum(rate(ok[1m]))");
}

#[tokio::test]
async fn a_span_is_given_by_expressions_and_is_as_fresh_as_it_can_be() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| {
        let end = request.pair("end");
        ok(&format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{}},"values":[[{end},"1"],[{end},"3"]]}}]}}}}"#
        ))
    })
    .await;
    let range = json!({"start": "now() - duration(\"1h\")", "end": "now() - duration(\"30m\")", "step": "1m"});
    let line = stage.line(provider(&server.url(""), json!({"rangeQuery": range})), "all(result, # < 4)").await;
    assert_eq!(line, "Successful [1,3]");
    let asked = server.last();
    assert_eq!((asked.path(), asked.pair("step").as_str()), ("/api/v1/query_range", "60"));
    let time = |name: &str| asked.pair(name).parse::<f64>().expect("seconds");
    assert!((time("end") - time("start") - 1800.0).abs() < 0.01);
    let wrong = json!({"start": "yesterday", "end": "now()", "step": "1m"});
    let line = stage.line(provider(&server.url(""), json!({"rangeQuery": wrong})), "true").await;
    assert!(line.starts_with("Error  - failed to parse rangeQuery.start as time: "), "{line}");
}

#[tokio::test]
async fn old_data_is_no_verdict() {
    let stage = Stage::start().await;
    let server = Server::start(now(SCALAR)).await;
    let line = stage.line(provider(&server.url(""), json!({})), "result >= 0.99").await;
    assert_eq!(line, "Inconclusive 0.995 - metric result is stale: its data is older than 5 minutes");
}

#[tokio::test]
async fn headers_and_credentials_are_sent() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(&vector("1"))).await;
    let headers = json!([{"key": "X-Scope-OrgID", "value": "shop"}]);
    let basic = json!({"basicAuth": {"username": "user", "password": "secret"}});
    stage.measure(provider(&server.url(""), json!({"headers": headers, "authentication": basic})), "true").await;
    let asked = server.last();
    assert_eq!(asked.header("x-scope-orgid"), Some("shop"));
    assert_eq!(asked.header("authorization"), Some("Basic dXNlcjpzZWNyZXQ="));
    let half = json!({"authentication": {"basicAuth": {"username": "user"}}});
    let line = stage.line(provider(&server.url(""), half), "true").await;
    assert_eq!(line, "Error  - missing mandatory parameter in metric for basic auth setup: password");
}

#[tokio::test]
async fn tokens_come_from_where_the_metric_says() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.path() {
        // As RFC 6749 shows it, 4.4.3.
        "/token" if request.header("authorization").is_some() => status(401, r#"{"error":"invalid_client"}"#),
        "/token" => ok(r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600}"#),
        _ => ok(&vector("1")),
    })
    .await;
    let oauth2 = json!({"tokenUrl": server.url("/token"), "clientId": "me", "clientSecret": "s", "scopes": ["a", "b"]});
    let line = stage.line(provider(&server.url(""), json!({"authentication": {"oauth2": oauth2}})), "true").await;
    assert_eq!(line, "Successful [1]");
    let seen = server.seen();
    assert_eq!(seen[0].header("authorization"), Some("Basic bWU6cw=="));
    assert_eq!(seen[1].body, "grant_type=client_credentials&scope=a+b&client_id=me&client_secret=s");
    assert_eq!(seen[2].header("authorization"), Some("Bearer 2YotnFZFEjr1zCsicMWpAA"));
}

#[tokio::test]
async fn what_prometheus_says_is_told() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.path() {
        "/bad/api/v1/query" => status(400, r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#),
        "/down/api/v1/query" => status(503, "<html>"),
        _ => status(404, ""),
    })
    .await;
    for (path, told) in [
        ("/bad", "Error  - bad_data: parse error"),
        ("/down", "Error  - server_error: server error: 503"),
        ("/none", "Error  - client_error: client error: 404"),
    ] {
        assert_eq!(stage.line(provider(&server.url(path), json!({})), "true").await, told);
    }
}

#[tokio::test]
async fn the_address_may_come_from_the_environment() {
    let mut stage = Stage::start().await;
    let line = stage.line(provider("", json!({})), "true").await;
    assert_eq!(line, "Error  - prometheus address is not configured");
    let line = stage.line(provider("prometheus", json!({})), "true").await;
    assert_eq!(line, "Error  - prometheus address is not is url format");
    let server = Server::start(|_: &Request| ok(&vector("1"))).await;
    stage.set("ARGO_ROLLOUTS_PROMETHEUS_ADDRESS", &server.url(""));
    assert_eq!(stage.line(provider("", json!({})), "true").await, "Successful [1]");
}

#[tokio::test]
async fn secret_arguments_are_sent_and_never_told() {
    let stage = Stage::start().await;
    stage.secret(NAMESPACE, "token", &[("key", "hunter2")]).await;
    let server =
        Server::start(|_: &Request| status(400, r#"{"status":"error","errorType":"x","error":"hunter2?"}"#)).await;
    let headers = json!([{"key": "Authorization", "value": "Bearer {{args.token}}"}]);
    let secret = json!([{"name": "token", "valueFrom": {"secretKeyRef": {"name": "token", "key": "key"}}}]);
    let asked = provider(&server.url(""), json!({"headers": headers, "query": "{{args.token}}"}));
    let answer = stage.ask(&run(asked.clone(), "true", secret), TaskKind::Start, None).await.expect("arguments");
    assert_eq!(server.last().header("authorization"), Some("Bearer hunter2"));
    assert_eq!(server.last().pair("query"), "hunter2");
    assert_eq!(answer.measurement.message, "x: *****?");
    assert_eq!(answer.metadata["ResolvedPrometheusQuery"], "*****");
    for (name, key, told) in [
        ("none", "key", "secrets \"none\" not found"),
        ("token", "none", "key 'none' does not exist in secret 'token'"),
    ] {
        let missing = json!([{"name": "token", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}]);
        let refused = stage.ask(&run(asked.clone(), "true", missing), TaskKind::Start, None).await;
        assert_eq!(refused.expect_err("refused"), told);
    }
}
