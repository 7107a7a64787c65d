//! Applications: who is told what, once.

use crate::post::{Office, Post};
use crate::stage::Stage;
use clock::Clock;
use cluster::ClusterClient;
use notifications::Product;
use notifiers::{Network, Notifiers};
use notify::SelfService;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::http_server::{Request, Server, ok};

fn config() -> Value {
    json!({
        "service.slack": "token: $slack-token\napiURL: $slack-url\n",
        "service.webhook.ci": "url: https://ci.example",
        "trigger.on-health-degraded": "- when: app.status.health.status == 'Degraded'\n  send: [told]\n",
        "trigger.on-healthy": "- when: app.status.health.status == 'Healthy'\n  send: [told]\n",
        "template.told": "message: \"{{.app.metadata.name}} is {{.app.status.health.status}}\"",
    })
}

fn subscribed() -> Value {
    json!({
        "notifications.argoproj.io/subscribe.on-health-degraded.slack": "ops",
        "notifications.argoproj.io/subscribe.on-healthy.slack": "ops",
    })
}

#[tokio::test]
async fn degraded_and_back_reaches_slack_once_each() {
    let mut stage = Stage::set(Clock::system()).await;
    let slack = Server::start(|_: &Request| ok(r#"{"ok": true, "channel": "C", "ts": "1"}"#)).await;
    let secret = json!({"slack-token": "xoxb-secret", "slack-url": slack.url("/api/")});
    stage.configure(Product::Applications, config(), secret).await;
    stage.application("web", subscribed(), "Progressing").await;
    let client: ClusterClient = stage.client.clone();
    let options = notifiers::Options::new(Network::Anywhere);
    stage.control(Product::Applications, Arc::new(Arc::new(Notifiers::new(client, options))));
    for (health, key) in [("Degraded", "on-health-degraded"), ("Healthy", "on-healthy")] {
        stage.health("web", health).await;
        stage.until("recorded", async || stage.notified("web").await.starts_with(&format!("{{\"{key}:"))).await;
    }
    // Whatever else may happen to it changes nothing.
    stage
        .patch("Application", "argocd", "web", cluster::Part::Whole, json!({"metadata": {"labels": {"a": "b"}}}))
        .await;
    let before = stage.metrics.evaluations();
    stage.until("evaluated again", async || stage.metrics.evaluations() > before).await;
    let texts: Vec<String> =
        slack.seen().iter().map(|asked| asked.json()["text"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(texts, ["web is Degraded", "web is Healthy"]);
    assert_eq!(slack.seen()[0].json()["channel"], "ops");
    assert_eq!(slack.seen()[0].header("authorization"), Some("Bearer xoxb-secret"));
    assert_eq!(
        (stage.metrics.deliveries("on-healthy", "slack"), stage.condition("Application", "argocd", "web").await),
        (1, String::new())
    );
    let text = stage.metrics.exposition();
    let line = "argocd_notifications_deliveries_total{service=\"slack\",succeeded=\"true\",trigger=\"on-healthy\"} 1";
    assert!(
        text.contains(line)
            && text.contains("argocd_notifications_trigger_eval_total{name=\"on-healthy\",triggered=\"true\"}"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn taking_over_tells_nobody_again() {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    stage.configure(Product::Applications, config(), json!({"slack-token": "x", "slack-url": "y"})).await;
    // As upstream's own engine left it: the key of `app.status.health.status == 'Degraded'` and slack:ops.
    let mut annotations = subscribed();
    let told = r#"{"on-health-degraded:[0].zoG5zUjYGjimkwCGgIQGjx1hO5s:slack:ops":1700000000}"#;
    annotations["notified.notifications.argoproj.io"] = told.into();
    stage.application("web", annotations, "Degraded").await;
    stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
    stage.until("evaluated", async || stage.metrics.evaluations() > 0).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!((post.sent(), stage.notified("web").await.as_str()), (vec![], told));
    stage.health("web", "Healthy").await;
    stage.until("told", async || post.sent().len() == 1).await;
    stage
        .until("recorded", async || {
            !stage.notified("web").await.contains("Degraded") && stage.notified("web").await.contains("on-healthy")
        })
        .await;
    assert_eq!(post.sent(), ["slack:ops web is Healthy"]);
}

#[tokio::test(start_paused = true)]
async fn projects_labels_and_defaults_subscribe_too() {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    let mut data = config();
    data["subscriptions"] = "- recipients: [\"ci\", \"slack:all\"]\n  triggers: [on-health-degraded]\n".into();
    data["defaultTriggers"] = "[on-health-degraded]".into();
    stage.configure(Product::Applications, data, json!({"slack-token": "x", "slack-url": "y"})).await;
    stage
        .create(json!({
            "apiVersion": crate::stage::ARGO, "kind": "AppProject", "spec": {},
            "metadata": {"name": "default", "namespace": "argocd", "annotations": {
                "notifications.argoproj.io/subscribe.slack": "project",
                "on-health-degraded.recipients.argocd-notifications.argoproj.io": "slack:legacy",
            }},
        }))
        .await;
    stage.application("web", json!({}), "Degraded").await;
    stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
    stage.until("all were told", async || post.sent().len() == 4).await;
    let mut sent = post.sent();
    sent.sort();
    assert_eq!(
        sent,
        [
            "ci web is Degraded",
            "slack:all web is Degraded",
            "slack:legacy web is Degraded",
            "slack:project web is Degraded"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_namespace_may_configure_itself() {
    let mut stage = Stage::simulated().await;
    stage.self_service = SelfService::On;
    let post = Post::new();
    stage.configure(Product::Applications, config(), json!({"slack-token": "x", "slack-url": "y"})).await;
    let own = json!({
        "service.slack": "token: own", "trigger.on-health-degraded": "- when: 'true'\n  send: [own]\n",
        "template.own": "message: own word",
    });
    stage.configure_in("shop", Product::Applications, own, json!({})).await;
    stage.create(json!({
        "apiVersion": crate::stage::ARGO, "kind": "Application",
        "metadata": {"name": "web", "namespace": "shop", "annotations": subscribed()},
        "spec": {"project": "default", "destination": {"server": "x"}, "source": {"repoURL": "https://git.example/a"}},
        "status": {"health": {"status": "Degraded"}},
    })).await;
    stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
    stage.until("both told", async || post.sent().len() == 2).await;
    let mut sent = post.sent();
    sent.sort();
    assert_eq!(sent, ["slack:ops own word", "slack:ops web is Degraded"]);
    let recorded = async || stage.get("Application", "shop", "web").await["metadata"]["annotations"].to_string();
    stage.until("both recorded", async || recorded().await.contains("shop:on-health-degraded:[0].")).await;
}

/// Argo CD's own ConfigMap of authorities vouches for services too.
#[tokio::test]
async fn authorities_of_the_config_map_are_trusted() {
    let mut stage = Stage::set(Clock::system()).await;
    let authority = testkit::Authority::of(&["127.0.0.1"]);
    let slack = Server::guarded(&authority, |_: &Request| ok(r#"{"ok": true, "channel": "C", "ts": "1"}"#)).await;
    stage
        .configure(Product::Applications, config(), json!({"slack-token": "x", "slack-url": slack.url("/api/")}))
        .await;
    stage.application("web", subscribed(), "Degraded").await;
    let settings = notify::start_settings_cache(stage.client.clone(), &["argocd"]);
    let authorities = notify::authorities(&settings, "argocd");
    let options = notifiers::Options { authorities, ..notifiers::Options::new(Network::Anywhere) };
    let notifiers = Notifiers::new(stage.client.clone(), options);
    stage.control(Product::Applications, Arc::new(Arc::new(notifiers)));
    let condition = async || stage.condition("Application", "argocd", "web").await;
    stage.until("refused", async || condition().await.contains("cannot be trusted")).await;
    assert!(slack.seen().is_empty());
    let metadata = json!({"name": "argocd-tls-certs-cm", "namespace": "argocd"});
    let data = json!({"127.0.0.1": &*authority.pem});
    stage.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
    stage.until("told", async || stage.notified("web").await.contains("slack:ops")).await;
    assert_eq!(slack.seen().len(), 1);
}
