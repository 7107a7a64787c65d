//! Rollouts: triggers fire on the controller's events.

use crate::post::{Office, Post};
use crate::stage::{ARGO, Stage};
use cluster::{ClusterId, Target};
use controller::{Event, EventSink, Severity, Silent};
use notifications::Product;
use notify::Tap;
use object::Gvk;
use serde_json::{Value, json};
use std::sync::Arc;

fn config() -> Value {
    json!({
        "service.slack": "token: x",
        "trigger.on-rollout-step-completed": "- send: [step]\n",
        "trigger.on-rollout-completed": "- when: rollout.spec.replicas > 3\n  send: [done]\n- when: rollout.spec.replicas == 3\n  send: [step]\n",
        "template.step": "message: \"{{.rollout.metadata.name}} {{add .rollout.status.currentStepIndex 1}}\"",
        "template.done": "message: many",
    })
}

async fn stage() -> (Stage, Arc<Post>) {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    stage.configure(Product::Rollouts, config(), json!({})).await;
    stage.control(Product::Rollouts, Arc::new(Office(Arc::clone(&post))));
    let annotations = json!({
        "notifications.argoproj.io/subscribe.on-rollout-step-completed.slack": "ops",
        "notifications.argoproj.io/subscribe.on-rollout-completed.slack": "ops",
        "notifications.argoproj.io/subscribe.on-app-sync-status.slack": "ops",
    });
    stage.create(json!({
        "apiVersion": ARGO, "kind": "Rollout", "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"a": "b"}}, "strategy": {"canary": {}}, "template": {
            "metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        }},
    })).await;
    (stage, post)
}

fn event(reason: &str, message: &str) -> Event {
    Event {
        cluster: ClusterId::home(),
        regarding: Target::new(Gvk::from_api_version(ARGO, "Rollout"), Some("shop"), "web"),
        uid: "u".into(),
        severity: Severity::Normal,
        reason: reason.into(),
        message: message.to_owned(),
        dedupe: message.into(),
    }
}

#[tokio::test(start_paused = true)]
async fn every_event_is_told_and_a_wrong_trigger_is_named() {
    let (stage, post) = stage().await;
    stage.until("named", async || stage.condition("Rollout", "shop", "web").await.contains("on-app-sync-status")).await;
    let body = json!({"status": {"currentStepIndex": 1}});
    stage.patch("Rollout", "shop", "web", cluster::Part::Status, body).await;
    let tap = Tap::new(Arc::new(Silent), stage.inbox.clone(), stage.clock.clone());
    for reason in ["RolloutStepCompleted", "ScalingReplicaSet", "RolloutStepCompleted", "RolloutCompleted"] {
        tap.record(&event(reason, "Rollout step 1/2 completed (setWeight: 20)"));
    }
    stage.until("all told", async || post.sent().len() == 3).await;
    assert_eq!(post.sent(), ["slack:ops web 1"; 3], "the step is shown as upstream shows it, and each event told");
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!(post.sent().len(), 3, "none of them is told again");
    let text = stage.condition("Rollout", "shop", "web").await;
    let wanted = "subscribed to trigger 'on-app-sync-status', which is not configured: ConfigMap \
                  argo-rollouts/argo-rollouts-notification-configmap has on-rollout-completed, on-rollout-step-completed (Rollouts fire on-analysis-run-error,";
    assert!(text.starts_with(wanted), "{text}");
    let events = stage.events("shop", "web").await.join("\n");
    assert!(events.contains("NotificationTriggerUnknown subscribed to trigger 'on-app-sync-status'"), "{events}");
    let counted = stage.metrics.exposition();
    assert!(counted.contains("notification_send_success{name=\"web\",namespace=\"shop\",reason=\"RolloutStepCompleted\",type=\"Normal\"} 2"), "{counted}");
    assert!(counted.contains("notification_send_count{name=\"web\",namespace=\"shop\"} 3"), "{counted}");
}

#[tokio::test(start_paused = true)]
async fn a_rollout_of_a_workload_is_told_of_with_that_ones_template() {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    let data = json!({
        "service.slack": "token: x", "trigger.on-rollout-completed": "- send: [done]\n",
        "template.done": "message: '{{range .rollout.spec.template.spec.containers}}{{.name}}={{.image}} {{end}}{{.rollout.spec.selector.matchLabels.a}}'",
    });
    stage.configure(Product::Rollouts, data, json!({})).await;
    stage
        .create(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "base", "namespace": "shop"},
            "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": {
                "metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "web:7"}]},
            }},
        }))
        .await;
    stage
        .create(json!({
            "apiVersion": ARGO, "kind": "Rollout",
            "metadata": {"name": "web", "namespace": "shop", "annotations": {"notifications.argoproj.io/subscribe.on-rollout-completed.slack": "ops"}},
            "spec": {"replicas": 1, "strategy": {"canary": {}}, "workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "base"}},
        }))
        .await;
    stage.control(Product::Rollouts, Arc::new(Office(Arc::clone(&post))));
    let tap = Tap::new(Arc::new(Silent), stage.inbox.clone(), stage.clock.clone());
    tap.record(&event("RolloutCompleted", "Rollout completed update to revision 1"));
    stage.until("told", async || !post.sent().is_empty()).await;
    assert_eq!(post.sent(), ["slack:ops web=web:7 b"]);
}
