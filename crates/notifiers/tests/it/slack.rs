//! Slack. <https://docs.slack.dev/reference/methods/chat.postMessage>, <https://docs.slack.dev/reference/methods/chat.update>

use crate::stage::Stage;
use notifiers::SendError;
use serde_json::json;
use std::time::Duration;
use testkit::http_server::{Request, Server, ok, status};

#[tokio::test]
async fn a_message_has_every_field_of_its_page() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(r#"{"ok": true, "channel": "C1", "ts": "1.1"}"#)).await;
    let options = json!({"token": "xoxb", "apiURL": server.url("/api/"), "username": "cd", "icon": ":rocket:", "disableUnfurl": true});
    stage.send("slack", options.clone(), "ops", json!(null)).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/api/chat.postMessage"));
    assert_eq!(asked.header("authorization"), Some("Bearer xoxb"));
    assert_eq!(asked.header("content-type"), Some("application/json; charset=utf-8"));
    let plain = json!({
        "channel": "ops", "text": "the message", "username": "cd", "icon_emoji": ":rocket:", "unfurl_links": false, "unfurl_media": false,
    });
    assert_eq!(asked.json(), plain);
    let fields = json!({
        "username": "own", "icon": "https://x.example/i.png", "attachments": r##"[{"title": "t", "color": "#18be52"}]"##,
        "blocks": r#"[{"type": "divider"}]"#, "groupingKey": "", "notifyBroadcast": false, "deliveryPolicy": "Post",
    });
    stage.send("slack", options, "ops", fields).await.expect("sent");
    let body = server.last().json();
    assert_eq!((&body["username"], &body["icon_url"]), (&json!("own"), &json!("https://x.example/i.png")));
    assert_eq!(body["attachments"], json!([{"title": "t", "color": "#18be52"}]));
    assert_eq!(body["blocks"], json!([{"type": "divider"}]));
    assert!(body.get("icon_emoji").is_none() && body.get("thread_ts").is_none());
}

#[tokio::test]
async fn messages_of_one_key_are_a_thread_and_its_head_is_updated() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(r#"{"ok": true, "channel": "C1", "ts": "1.1"}"#)).await;
    let options = json!({"token": "xoxb", "apiURL": server.url("/api")});
    let send = |policy: &str| {
        let fields = json!({"groupingKey": "web", "notifyBroadcast": true, "deliveryPolicy": policy});
        stage.send("slack", options.clone(), "ops", fields)
    };
    for policy in ["Update", "Post", "PostAndUpdate", "Update"] {
        send(policy).await.expect("sent");
    }
    let seen: Vec<String> = server
        .seen()
        .iter()
        .map(|asked| {
            let body = asked.json();
            format!("{} {} {} {}", asked.target, body["channel"], body["thread_ts"], body["ts"])
        })
        .collect();
    let expected = [
        r#"/api/chat.postMessage "ops" null null"#,
        r#"/api/chat.postMessage "ops" "1.1" null"#,
        r#"/api/chat.postMessage "ops" "1.1" null"#,
        r#"/api/chat.update "C1" null "1.1""#,
        r#"/api/chat.update "C1" null "1.1""#,
    ];
    assert_eq!(seen, expected);
    assert_eq!(server.seen()[1].json()["reply_broadcast"], true);
}

#[tokio::test]
async fn refusals_say_why_and_when_to_come_again() {
    let stage = Stage::start().await;
    let server = Server::start(|asked: &Request| match asked.json()["channel"].as_str() {
        Some("busy") => status(429, "").with("retry-after", "30"),
        Some("down") => status(500, "broken"),
        Some("odd") => ok("<html>"),
        _ => ok(r#"{"ok": false, "error": "channel_not_found"}"#),
    })
    .await;
    let options = json!({"token": "xoxb", "apiURL": server.url("/api")});
    let busy = stage.send("slack", options.clone(), "busy", json!(null)).await;
    assert!(
        matches!(busy, Err(SendError::Failed { after: Some(after), .. }) if after == Duration::from_secs(30)),
        "{busy:?}"
    );
    assert_eq!(
        stage.refusal("slack", options.clone(), "x", json!(null)).await,
        "Slack refused chat.postMessage: channel_not_found"
    );
    assert!(
        stage
            .refusal("slack", options.clone(), "down", json!(null))
            .await
            .contains("500 Internal Server Error: broken")
    );
    assert_eq!(stage.refusal("slack", options.clone(), "odd", json!(null)).await, "Slack answered what is no JSON");
    let broken = stage.refusal("slack", options, "x", json!({"attachments": "[{"})).await;
    assert!(broken.starts_with("attachments is no JSON"), "{broken}");
}
