//! Servers that misbehave, addresses that may not be asked, types that there are none of.

use testkit::http_server::{Body, Reply, Request, Server, status};
use crate::stage::Stage;
use notifiers::{KINDS, Network};
use serde_json::json;

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
