//! `examples/notifications` as it stands, while a rollout runs: Slack and Grafana, which here are servers on this machine.

use crate::stage::Stage;
use clock::Clock;
use notifications::Product;
use notifiers::{Network, Notifiers};
use notify::Tap;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::http_server::{Request, Server, ok};

const EXAMPLE: &str = include_str!("../../../../examples/notifications/notifications.yaml");

#[tokio::test]
async fn slack_and_grafana_hear_of_a_rollout() {
    let mut stage = Stage::set(Clock::system()).await;
    let slack = Server::start(|_: &Request| ok(r#"{"ok": true, "channel": "C", "ts": "1"}"#)).await;
    let grafana = Server::start(|_: &Request| ok("{}")).await;
    let client = stage.client.clone();
    let options = notifiers::Options::new(Network::Anywhere);
    stage.control(Product::Rollouts, Arc::new(Arc::new(Notifiers::new(client.clone(), options))));
    let cache = rollouts::start_cache(client, &rollouts::Settings::default());
    let mut environment = stage.environment(cache);
    environment.events = Arc::new(Tap::new(environment.events, stage.inbox.clone(), stage.clock.clone()));
    let shutdown = controller::Shutdown::new();
    let listening = stage.inbox.clone();
    let audience: rollouts::Audience = Arc::new(move |rollout| listening.listening(rollout));
    let options = rollouts::Options { audience: Some(audience), ..rollouts::Options::new(environment) };
    let controller = rollouts::Rollouts::new(options, shutdown).expect("a cache is there");
    let running = tokio::spawn(controller.run());
    for text in EXAMPLE.split("\n---\n") {
        let mut value: Value =
            yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default()).expect("YAML");
        if value["kind"] == "Secret" {
            // The servers of people are elsewhere.
            value["stringData"]["slack-url"] = slack.url("/api/").into();
            value["stringData"]["grafana-url"] = grafana.url("/api").into();
        }
        if value["kind"] != "Namespace" {
            stage.create(value).await;
        }
    }
    stage.until("both heard", async || !slack.seen().is_empty() && !grafana.seen().is_empty()).await;
    let heard = slack.last();
    assert_eq!(
        (heard.target.as_str(), heard.header("authorization")),
        ("/api/chat.postMessage", Some("Bearer xoxb-put-yours-here"))
    );
    let body = heard.json();
    assert_eq!((&body["channel"], &body["text"]), (&json!("deployments"), &json!("Rollout notified is complete.")));
    let field = |title: &str, value: &str| json!({"title": title, "value": value, "short": true});
    let fields = json!([
        field("Strategy", "Canary"),
        field("web", "argoproj/rollouts-demo:blue"),
        field("proxy", "envoyproxy/envoy:v1.31.0"),
    ]);
    assert_eq!(body["attachments"][0]["fields"], fields);
    let mark = grafana.last();
    assert_eq!(
        (mark.target.as_str(), mark.header("authorization")),
        ("/api/annotations", Some("Bearer put-yours-here"))
    );
    assert_eq!((&mark.json()["tags"], &mark.json()["text"]), (&json!(["rollout", "notified"]), &body["text"]));
    assert_eq!(stage.condition("Rollout", "default", "notified").await, "");
    let waiting = async || stage.get("Rollout", "default", "notified").await["metadata"]["annotations"].to_string();
    stage.until("nothing waits", async || !waiting().await.contains("notifications.capstan.dev/waiting")).await;
    assert_eq!((slack.seen().len(), grafana.seen().len()), (1, 1), "each once");
    running.abort();
}
