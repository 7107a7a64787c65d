//! Any web service: <https://argo-rollouts.readthedocs.io/en/stable/analysis/web/>

use crate::server::{Reply, Request, Server, ok, status};
use crate::stage::Stage;
use serde_json::{Value, json};

/// The answer of upstream's page.
const ANSWER: &str = r#"{"data": {"ok": true, "successPercent": 0.95}}"#;

fn provider(url: &str, more: Value) -> Value {
    let mut provider = json!({ "url": url });
    for (key, value) in more.as_object().expect("an object") {
        provider[key] = value.clone();
    }
    json!({ "web": provider })
}

#[tokio::test]
async fn the_value_is_where_the_path_leads() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.path() {
        "/text" => ok("all is well"),
        "/teapot" => status(418, "{}"),
        _ => ok(ANSWER),
    })
    .await;
    for (path, json_path, success, line) in [
        (
            "/",
            "{$.data}",
            "result.ok && result.successPercent >= 0.90",
            r#"Successful {"ok":true,"successPercent":0.95}"#,
        ),
        ("/", "{$.data.successPercent}", "asFloat(result) > 0.99", "Failed 0.95"),
        ("/", "{.data.ok}", "result", "Successful true"),
        ("/", "", "result.data.ok", &format!("Successful {}", ANSWER.replace(": ", ":").replace(", ", ","))),
        ("/", "{$.nope}", "true", "Error  - Could not find JSONPath in body: nope is not found"),
        ("/text", "{$.data}", r#"result contains "well""#, "Successful all is well"),
        ("/teapot", "", "true", "Error  - received non 2xx response code: 418"),
    ] {
        let asked = provider(&server.url(path), json!({"jsonPath": json_path}));
        assert_eq!(stage.line(asked, success).await, line, "{path} {json_path}");
    }
    assert_eq!(server.last().method, "GET");
}

#[tokio::test]
async fn bodies_are_sent_by_methods_that_have_one() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| ok(&request.body)).await;
    let json_body = json!({"a": [1, {"b": "c"}]});
    let asked = provider(&server.url("/x"), json!({"method": "POST", "jsonBody": json_body, "jsonPath": "{$.a[0]}"}));
    assert_eq!(stage.line(asked, "result == 1").await, "Successful 1");
    assert_eq!(
        (server.last().header("content-type"), server.last().json()),
        (Some("application/json"), json_body.clone())
    );
    let headers = json!([{"key": "Content-Type", "value": "text/plain"}]);
    let asked = provider(&server.url("/x"), json!({"method": "PUT", "body": "7", "headers": headers}));
    assert_eq!(stage.line(asked, "result == 7").await, "Successful 7");
    assert_eq!((server.last().method.as_str(), server.last().header("content-type")), ("PUT", Some("text/plain")));
    for (more, told) in [
        (
            json!({"method": "POST", "body": "7", "jsonBody": json_body}),
            "Error  - use either Body or JSONBody; both cannot exists for WebMetric payload",
        ),
        (json!({"body": "7"}), "Error  - Body/JSONBody can only be used with POST or PUT WebMetric Method types"),
    ] {
        assert_eq!(stage.line(provider(&server.url("/x"), more), "true").await, told);
    }
}

#[tokio::test]
async fn redirects_are_followed_and_tell_nobody_else_what_was_sent() {
    let stage = Stage::start().await;
    let other = Server::start(|_: &Request| ok("1")).await;
    let target = other.url("/there");
    let server = Server::start(move |request: &Request| match request.path() {
        "/far" => status(302, "").with("location", &target),
        "/near" => status(307, "").with("location", "/here"),
        "/loop" => status(301, "").with("location", "/loop"),
        "/file" => status(302, "").with("location", "file:///etc/passwd"),
        _ => ok("2"),
    })
    .await;
    let with = |path: &str, method: &str| {
        let headers = json!([{"key": "X-Api-Key", "value": "hunter2"}]);
        let body = if method == "POST" { "b" } else { "" };
        provider(&server.url(path), json!({"headers": headers, "method": method, "body": body}))
    };
    assert_eq!(stage.line(with("/far", "POST"), "result == 1").await, "Successful 1");
    let seen = other.last();
    assert_eq!((seen.method.as_str(), seen.body.as_str(), seen.header("x-api-key")), ("GET", "", None));
    assert_eq!(stage.line(with("/near", "POST"), "result == 2").await, "Successful 2");
    let seen = server.last();
    assert_eq!((seen.method.as_str(), seen.body.as_str(), seen.header("x-api-key")), ("POST", "b", Some("hunter2")));
    assert_eq!(stage.line(with("/loop", "GET"), "true").await, "Error  - stopped after 10 redirects");
    let line = stage.line(with("/file", "GET"), "true").await;
    assert!(line.ends_with("redirects to what is no URL of http or https"), "{line}");
}

#[tokio::test]
async fn what_cannot_be_a_request_is_told() {
    let stage = Stage::start().await;
    for (asked, told) in [
        (provider("ftp://example.com", json!({})), "Error  - the address is no URL of http or https"),
        (
            provider("http://127.0.0.1:1", json!({"headers": [{"key": "a b", "value": "x"}]})),
            "Error  - header \"a b\" is no name of a header",
        ),
        (
            provider("http://127.0.0.1:1", json!({"headers": [{"key": "a", "value": "hunter2\n"}]})),
            "Error  - header \"a\" has a value that cannot be sent",
        ),
        (
            provider("http://127.0.0.1:1", json!({"method": "TRACE"})),
            "Error  - method \"TRACE\" is none of GET, POST and PUT",
        ),
    ] {
        assert_eq!(stage.line(asked, "true").await, told);
    }
}

/// Answers are told apart by what conditions ask, not by accident.
#[tokio::test]
async fn nothing_is_no_verdict() {
    let stage = Stage::start().await;
    let server =
        Server::start(|request: &Request| -> Reply { ok(if request.path() == "/null" { "null" } else { "[]" }) }).await;
    let reason = "metric result is nil or empty: no data returned from the metric provider";
    for (path, value) in [("/null", "null"), ("/empty", "[]")] {
        let line = stage.line(provider(&server.url(path), json!({})), "result[0] > 1").await;
        assert_eq!(line, format!("Inconclusive {value} - {reason}"));
    }
    let line = stage.line(provider(&server.url("/empty"), json!({})), "len(result) == 0").await;
    assert_eq!(line, "Successful []");
}
