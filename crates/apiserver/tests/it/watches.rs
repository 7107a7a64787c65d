//! Watches over HTTP: live events, their order of fields, the end of what is remembered.

use crate::client::{MAPS, config_map, open, send, server};
use http_body_util::BodyExt;
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_watch_sees_what_happens_and_ends_in_time() {
    let server = server();
    let watch = format!("{MAPS}?watch=1&timeoutSeconds=10&labelSelector=app%3Dx");
    let mut body = open(&server, "GET", &watch, "application/json", "").await.expect("a watch").into_body();
    let mut labelled = config_map("a", "1");
    labelled["metadata"]["labels"] = json!({"app": "x"});
    assert_eq!(send(&server, "POST", MAPS, &labelled).await.0, 201);
    assert_eq!(send(&server, "POST", MAPS, &config_map("other", "1")).await.0, 201);
    let unlabel = json!({"metadata": {"labels": null}});
    assert_eq!(send(&server, "PATCH", &format!("{MAPS}/a"), &unlabel).await.0, 200);
    let mut kinds = Vec::new();
    let before = tokio::time::Instant::now();
    while let Some(frame) = body.frame().await {
        let line = frame.expect("a frame").into_data().expect("data");
        assert!(line.starts_with(b"{\"type\":"), "decoders that keep the object raw need the type first");
        let event: Value = serde_json::from_slice(&line).expect("an event");
        kinds.push(event["type"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(kinds, ["ADDED", "DELETED"]);
    assert_eq!(before.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_watch_from_a_forgotten_revision_is_told_410() {
    let server = server();
    let revision = server.api("test").revision();
    assert_eq!(send(&server, "POST", MAPS, &config_map("a", "1")).await.0, 201);
    server.compact();
    let watch = format!("{MAPS}?watch=1&timeoutSeconds=10&resourceVersion={revision}");
    let (status, event) = send(&server, "GET", &watch, &Value::Null).await;
    assert_eq!((status, &event["type"], &event["object"]["code"]), (200, &json!("ERROR"), &json!(410)));
    let list = format!("{MAPS}?resourceVersion={revision}&resourceVersionMatch=Exact");
    assert_eq!(send(&server, "GET", &list, &Value::Null).await.0, 410);
}
