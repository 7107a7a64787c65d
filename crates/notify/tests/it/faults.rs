//! What stands in the way of telling somebody: it is said on the object, and everything else goes on.

use crate::post::{Office, Post};
use crate::stage::Stage;
use cluster::Part;
use notifications::Product;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

fn config() -> Value {
    json!({
        "service.slack": "token: $token", "service.dead": "{}", "service.panics": "{}", "service.busy": "{}", "service.flaky": "{}",
        "service.leaky": "token: $token", "service.broken": "[1",
        "trigger.on-x": "- when: app.status.health.status == 'Degraded'\n  send: [told]\n",
        "trigger.on-loop": "- when: app.status.health.status == 'Degraded'\n  send: [looping]\n",
        "trigger.on-bad": "- when: 'app =='\n  send: [told]\n",
        "trigger.on-lost": "- when: app.status.health.status == 'Degraded'\n  send: [none]\n",
        "template.told": "message: \"{{.app.metadata.name}}\"",
        "template.looping": "message: '{{range until 100000}}{{range until 100000}}x{{end}}{{end}}'",
    })
}

async fn stage(annotations: Value) -> (Stage, Arc<Post>) {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    stage.configure(Product::Applications, config(), json!({"token": "xoxb-hidden"})).await;
    stage.application("web", annotations, "Degraded").await;
    stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
    (stage, post)
}

fn to(trigger: &str, service: &str) -> String {
    format!("notifications.argoproj.io/subscribe.{trigger}.{service}")
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_delays_nobody_else() {
    let (stage, post) =
        stage(json!({to("on-x", "dead"): "a;b", to("on-x", "slack"): "ops", to("on-x", "panics"): "c"})).await;
    stage.until("the others were told", async || stage.notified("web").await.contains("slack:ops")).await;
    assert_eq!(post.sent(), ["slack:ops web"]);
    stage
        .until("its end is told", async || {
            stage.condition("Application", "argocd", "web").await.contains("took longer than 300s")
        })
        .await;
    let text = stage.condition("Application", "argocd", "web").await;
    assert!(
        text.contains("on-x to panics:c failed: a defect in the service: it panicked; next try at 2026-01-01T"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_again_and_said_meanwhile() {
    let (stage, post) = stage(json!({to("on-x", "flaky"): "ops"})).await;
    post.failures.store(3, Ordering::SeqCst);
    let condition = async || stage.condition("Application", "argocd", "web").await;
    stage.until("told in the end", async || stage.notified("web").await.contains("flaky:ops")).await;
    stage.until("the condition is gone", async || condition().await.is_empty()).await;
    assert_eq!(post.sent(), ["flaky:ops web"]);
    let events = stage.events("argocd", "web").await.join("\n");
    if post.tries() > 1 {
        assert!(
            events.contains(
                "NotificationFailed on-x to flaky:ops failed: answered 500 Internal Server Error; next try at 2026-"
            ),
            "{events}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_asks_for_patience_gets_it() {
    let (stage, post) = stage(json!({to("on-x", "busy"): "ops"})).await;
    let condition = async || stage.condition("Application", "argocd", "web").await;
    stage.until("said", async || condition().await.contains("429")).await;
    let tries = post.tries();
    tokio::time::sleep(std::time::Duration::from_secs(500)).await;
    assert_eq!(post.tries(), tries, "it asked for ten minutes");
    stage.until("tried again", async || post.tries() > tries).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named_and_nothing_else_suffers() {
    let (stage, post) = stage(json!({
        to("on-x", "slack"): "ops", to("on-none", "slack"): "ops", to("on-bad", "slack"): "ops", to("on-lost", "slack"): "ops",
        to("on-loop", "slack"): "ops", to("on-x", "pigeon"): "ops", to("on-x", "broken"): "ops",
        "notifications.argoproj.io/subscriptions": "a: [",
    })).await;
    stage.until("told", async || stage.notified("web").await.contains("on-x")).await;
    assert_eq!(post.sent(), ["slack:ops web"]);
    let condition = async || stage.condition("Application", "argocd", "web").await;
    stage.until("all is said", async || condition().await.lines().count() >= 7).await;
    let (condition, events) = (condition().await, stage.events("argocd", "web").await.join("\n"));
    for wanted in [
        "subscribed to trigger 'on-none', which is not configured: ConfigMap argocd/argocd-notifications-cm has on-bad, on-loop, on-lost, on-x",
        "trigger.on-bad of ConfigMap argocd/argocd-notifications-cm cannot be used: unexpected token EOF",
        "on-lost to slack:ops failed: template 'none' is not supported",
        "on-loop to slack:ops failed: template: looping:1:",
        "notification service 'pigeon' is not supported",
        "service.broken of ConfigMap argocd/argocd-notifications-cm cannot be used: line 1",
        "annotation notifications.argoproj.io/subscriptions is no list of subscriptions",
        "next try at 2026-01-01T",
        "tried again when the configuration or the subscription changes",
    ] {
        assert!(condition.contains(wanted), "{wanted}\n{condition}");
    }
    for reason in [
        "NotificationTriggerUnknown",
        "NotificationServiceUnknown",
        "NotificationConfigurationBroken",
        "NotificationFailed",
    ] {
        assert!(events.contains(reason), "{reason}\n{events}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mended_configuration_is_tried_at_once() {
    let (stage, post) = stage(json!({to("on-lost", "slack"): "ops"})).await;
    stage.until("said", async || !stage.condition("Application", "argocd", "web").await.is_empty()).await;
    let body = json!({"data": {"template.none": "message: there it is"}});
    stage.patch("ConfigMap", "argocd", "argocd-notifications-cm", Part::Whole, body).await;
    stage.until("told", async || post.sent() == ["slack:ops there it is"]).await;
    stage
        .until("the condition is gone", async || stage.condition("Application", "argocd", "web").await.is_empty())
        .await;
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_a_condition_or_an_event() {
    let (stage, _post) = stage(json!({to("on-x", "leaky"): "ops"})).await;
    let condition = async || stage.condition("Application", "argocd", "web").await;
    stage.until("said", async || condition().await.contains("refused {\"token\":\"***\"}")).await;
    stage.until("told", async || !stage.events("argocd", "web").await.is_empty()).await;
    let all = format!("{}\n{}", condition().await, stage.events("argocd", "web").await.join("\n"));
    assert!(!all.contains("xoxb-hidden"), "{all}");
}

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_a_log() {
    let log = Log::default();
    let writer = log.clone();
    // Of the whole process: one of this thread alone is not asked about what other threads logged first.
    let ours =
        "notify=trace,notifiers=trace,notifications=trace,controller=trace,cluster=trace,outbound=trace,web=trace";
    let collector = tracing_subscriber::fmt().with_env_filter(ours).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(collector).expect("no other test collects");
    let (stage, _post) = stage(json!({to("on-x", "leaky"): "ops"})).await;
    stage.until("said", async || stage.condition("Application", "argocd", "web").await.contains("refused")).await;
    let logged = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(logged.contains("not delivered: refused {\"token\":\"***\"}"), "the log is that of the controller");
    assert!(!logged.contains("xoxb-hidden") && !logged.contains("eG94Yi1oaWRkZW4"), "nor in base 64");
}

/// Killed after sending and before recording, the next one sends once more and records it; from then on nobody sends.
#[tokio::test(start_paused = true)]
async fn a_kill_between_sending_and_recording_costs_one_duplicate_at_most() {
    let (mut stage, post) = stage(json!({to("on-x", "slack"): "ops"})).await;
    stage.until("sent", async || !post.sent().is_empty()).await;
    stage.kill();
    for _ in 0..3 {
        stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
        stage.until("recorded", async || stage.notified("web").await.contains("slack:ops")).await;
        let before = stage.metrics.evaluations();
        stage.health("web", "Degraded").await;
        stage
            .patch(
                "Application",
                "argocd",
                "web",
                Part::Whole,
                json!({"metadata": {"labels": {"at": before.to_string()}}}),
            )
            .await;
        stage.until("looked at", async || stage.metrics.evaluations() > before).await;
        assert!((1..=2).contains(&post.sent().len()), "{:?}", post.sent());
        stage.kill();
    }
}
