//! Webhooks: any request, tried again where that may help.

use crate::stage::Stage;
use notifications::Owner;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::http_server::{Request, Server, ok, status};

#[tokio::test]
async fn a_webhook_is_asked_as_its_template_says() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok("")).await;
    let options = json!({
        "url": server.url("/base/"), "headers": [{"name": "X-Own", "value": "v"}], "basicAuth": {"username": "u", "password": "p"},
    });
    let fields = json!({"hook": {"method": "PATCH", "path": "/app/web", "body": "b"}, "other": {"method": "PUT", "path": "", "body": ""}});
    stage.send_as("webhook", "hook", options.clone(), "", fields, Owner::ControlPlane).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.method.as_str(), asked.target.as_str(), asked.body.as_str()), ("PATCH", "/base/app/web", "b"));
    assert_eq!((asked.header("x-own"), asked.header("authorization")), (Some("v"), Some("Basic dTpw")));
    stage.send_as("webhook", "none", options, "", json!(null), Owner::ControlPlane).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.method.as_str(), asked.target.as_str(), asked.body.as_str()), ("GET", "/base/", "the message"));
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
    let stage = Stage::start().await;
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |asked: &Request| match asked.target.as_str() {
        "/later" if tries.fetch_add(1, Ordering::SeqCst) < 2 => status(503, ""),
        "/later" => ok(""),
        "/never" => status(500, "broken"),
        _ => status(404, "gone"),
    })
    .await;
    let send = |path: &str| {
        let options = json!({"url": server.url(path), "retryWaitMin": 1_000_000, "retryWaitMax": "2ms", "retryMax": 2});
        stage.send_as("webhook", "hook", options, "", json!(null), Owner::ControlPlane)
    };
    send("/later").await.expect("sent in the end");
    assert_eq!(server.seen().len(), 3);
    assert!(send("/never").await.expect_err("never").to_string().contains("500"));
    assert_eq!(server.seen().len(), 6);
    assert!(send("/gone").await.expect_err("gone").to_string().contains("404 Not Found: gone"));
    assert_eq!(server.seen().len(), 7);
}
