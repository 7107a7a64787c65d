//! Servers that misbehave, addresses that may not be asked, types that there are none of.

use crate::stage::Stage;
use notifiers::{KINDS, Network, SendError};
use serde_json::json;
use std::time::Duration;
use testkit::http_server::{Body, Reply, Request, Server, status};

#[tokio::test]
async fn every_type_is_there_and_others_are_named() {
    let stage = Stage::start().await;
    for kind in KINDS {
        let refused = stage.refusal(kind, json!({}), "", json!(null)).await;
        assert!(!refused.contains("is not supported"), "{kind}: {refused}");
    }
    let unknown = stage.refusal("pigeon", json!({}), "", json!(null)).await;
    assert!(unknown.starts_with("service type 'pigeon' is not supported: there are alertmanager"), "{unknown}");
}

#[tokio::test]
async fn addresses_are_judged_as_those_of_metrics() {
    let stage = Stage::with(Network::Guarded, &[], &[]).await;
    for url in [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "http://[::ffff:169.254.169.254]/",
        "http://10.0.0.1/",
    ] {
        let refused = stage.refusal("webhook", json!({"url": url, "retryMax": -1}), "", json!(null)).await;
        assert!(refused.contains("private network or of a cloud's metadata"), "{url}: {refused}");
    }
    for (kind, options) in [
        ("email", json!({"host": "169.254.169.254", "from": "a@b.example"})),
        ("nats", json!({"url": "nats://169.254.169.254:4222"})),
    ] {
        let refused = stage.refusal(kind, options, "a@b.example", json!(null)).await;
        assert!(refused.contains("private network or of a cloud's metadata"), "{kind}: {refused}");
    }
    let stage = Stage::with(Network::Private, &[], &[]).await;
    let away = Server::start(|_: &Request| status(302, "").with("location", "http://169.254.169.254/")).await;
    let refused = stage.refusal("webhook", json!({"url": away.url("/"), "retryMax": -1}), "", json!(null)).await;
    assert!(refused.contains("private network or of a cloud's metadata"), "{refused}");
}

#[tokio::test]
async fn what_is_no_address_is_said_without_saying_it() {
    let stage = Stage::start().await;
    let refused = stage.refusal("webhook", json!({"url": "hidden-secret", "retryMax": -1}), "", json!(null)).await;
    assert_eq!(refused, "the address is no URL of http or https");
    let header = json!({"url": "http://127.0.0.1:1/", "headers": [{"name": "X", "value": "line\nhidden-secret"}]});
    let refused = stage.refusal("webhook", header, "", json!(null)).await;
    assert!(refused.contains("cannot be sent") && !refused.contains("hidden"), "{refused}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_on() {
    let stage = Stage::start().await;
    let endless = |_: &Request| Reply { status: 200, headers: Vec::new(), body: Body::Endless };
    let server = Server::start(endless).await;
    let refused = stage.refusal("webhook", json!({"url": server.url("/"), "retryMax": -1}), "", json!(null)).await;
    assert!(refused.ends_with("answered more than 10 MiB (limit: bytes of an answer)"), "{refused}");
}

#[tokio::test]
async fn a_server_that_asks_for_patience_is_understood_and_one_that_fails_is_told_of() {
    let stage = Stage::start().await;
    let server = Server::start(|asked: &Request| match asked.path() {
        "/busy/chat.postMessage" => status(429, "slow down").with("retry-after", "600"),
        _ => status(500, "broken"),
    })
    .await;
    for (path, told, pause) in [
        ("/busy", "Slack answered 429 Too Many Requests: slow down", Some(Duration::from_secs(600))),
        ("/broken", "Slack answered 500 Internal Server Error: broken", None),
    ] {
        let options = json!({"token": "hidden-secret", "apiURL": server.url(path)});
        let failed = stage.send("slack", options, "ops", json!(null)).await.expect_err("refused");
        let SendError::Failed { message, after } = failed else { panic!("{failed}") };
        assert_eq!((message.as_str(), after), (told, pause));
    }
}

/// On a clock that runs ahead of the server: whatever is waited for longest, it ends.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_not_waited_for_for_ever() {
    let stage = Stage::start().await;
    let silent = Server::start(|_: &Request| Reply { body: Body::Never, ..status(200, "") }).await;
    for (kind, options) in [
        ("slack", json!({"token": "t", "apiURL": silent.url("/")})),
        ("webhook", json!({"url": silent.url("/"), "retryMax": -1})),
        ("email", json!({"host": "127.0.0.1", "port": silent.port, "from": "a@b.example"})),
        ("nats", json!({"url": format!("nats://127.0.0.1:{}", silent.port)})),
    ] {
        let refused = stage.refusal(kind, options, "a@b.example", json!(null)).await;
        assert!(!refused.is_empty(), "{kind}");
    }
}
