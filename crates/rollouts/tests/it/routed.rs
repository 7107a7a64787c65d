//! The canary strategy behind a router: the examples, all the way round.

use crate::stage::{Stage, text};
use serde_json::{Value, json};

const ALB: &str = include_str!("../../../../examples/rollouts/canary-alb.yaml");
const ALB_TEN: &str = include_str!("../../../../examples/rollouts/canary-alb-ten.yaml");
const NGINX: &str = include_str!("../../../../examples/rollouts/canary-nginx.yaml");

async fn ingress(stage: &Stage, name: &str) -> Value {
    stage.get("networking.k8s.io/v1", "Ingress", name).await.unwrap_or(Value::Null)
}

async fn annotation(stage: &Stage, name: &str, key: &str) -> String {
    ingress(stage, name).await["metadata"]["annotations"][key].as_str().unwrap_or_default().to_owned()
}

async fn selected(stage: &Stage, service: &str) -> String {
    let service = stage.get("v1", "Service", service).await.unwrap_or(Value::Null);
    let hash = text(&service, "/spec/selector/rollouts-pod-template-hash").to_owned();
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let set = sets.iter().find(|set| text(set, "/metadata/labels/rollouts-pod-template-hash") == hash);
    set.map(|set| text(set, "/spec/template/spec/containers/0/image").to_owned()).unwrap_or_default()
}

/// The demo of upstream: one pod, 5 %, and a promotion.
#[tokio::test(start_paused = true)]
async fn the_demo_behind_a_load_balancer() {
    let stage = Stage::start().await;
    stage.apply(ALB).await;
    stage.until_phase("rollouts-demo", "Healthy").await;
    stage.set_image("rollouts-demo", "argoproj/rollouts-demo:yellow").await;
    stage.until_told("rollouts-demo", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("rollouts-demo").await,
        "Paused - CanaryPauseStep | step 1 | weight 5 | current 2 updated 1 available 2 | \
         argoproj/rollouts-demo:blue*:1/1 argoproj/rollouts-demo:yellow:1/1"
    );
    let action = "alb.ingress.kubernetes.io/actions.rollouts-demo-root";
    assert_eq!(
        annotation(&stage, "rollouts-demo-ingress", action).await,
        r#"{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"rollouts-demo-canary","ServicePort":"443","Weight":5},{"ServiceName":"rollouts-demo-stable","ServicePort":"443","Weight":95}]}}"#
    );
    assert_eq!(
        annotation(&stage, "rollouts-demo-ingress", "rollouts.argoproj.io/managed-alb-annotations").await,
        r#"{"rollouts-demo":["alb.ingress.kubernetes.io/actions.rollouts-demo-root"]}"#
    );
    assert_eq!(selected(&stage, "rollouts-demo-canary").await, "argoproj/rollouts-demo:yellow");
    assert_eq!(selected(&stage, "rollouts-demo-stable").await, "argoproj/rollouts-demo:blue");

    stage.promote("rollouts-demo").await;
    stage.until_phase("rollouts-demo", "Healthy").await;
    assert_eq!(
        stage.line("rollouts-demo").await,
        "Healthy | step 2 | weight 0 | current 2 updated 1 available 2 | \
         argoproj/rollouts-demo:blue:1/1 delay argoproj/rollouts-demo:yellow*:1/1"
    );
    assert_eq!(selected(&stage, "rollouts-demo-stable").await, "argoproj/rollouts-demo:yellow");
    stage.wait(40).await;
    assert_eq!(
        stage.line("rollouts-demo").await,
        "Healthy | step 2 | weight 0 | current 1 updated 1 available 1 | \
         argoproj/rollouts-demo:blue:0/0 argoproj/rollouts-demo:yellow*:1/1"
    );

    stage.delete("argoproj.io/v1alpha1", "Rollout", "rollouts-demo").await;
    let is_released = || async {
        let root = stage.get("v1", "Service", "rollouts-demo-stable").await.unwrap_or(Value::Null);
        let managed = "rollouts.argoproj.io/managed-alb-annotations";
        root["spec"]["selector"] == json!({"app": "rollouts-demo"})
            && annotation(&stage, "rollouts-demo-ingress", managed).await.is_empty()
    };
    stage.eventually("Services and Ingress are left as they were", is_released).await;
    assert_eq!(
        annotation(&stage, "rollouts-demo-ingress", action).await,
        r#"{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"rollouts-demo-root","ServicePort":"443","Weight":100}]}}"#
    );
}

#[tokio::test(start_paused = true)]
async fn ten_pods_behind_a_load_balancer_keep_the_stable_version_whole() {
    let stage = Stage::start().await;
    stage.apply(ALB_TEN).await;
    stage.until_phase("shop-front", "Healthy").await;
    stage.set_image("shop-front", "nginx:1.28-alpine").await;
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("shop-front").await,
        "Paused - CanaryPauseStep | step 1 | weight 25 | current 13 updated 3 available 13 | \
         nginx:1.27-alpine*:10/10 nginx:1.28-alpine:3/3"
    );
    stage.promote("shop-front").await;
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("shop-front").await,
        "Paused - CanaryPauseStep | step 3 | weight 50 | current 15 updated 5 available 15 | \
         nginx:1.27-alpine*:10/10 nginx:1.28-alpine:5/5"
    );
    stage.wait(32).await;
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("shop-front").await,
        "Paused - CanaryPauseStep | step 5 | weight 75 | current 18 updated 8 available 18 | \
         nginx:1.27-alpine*:10/10 nginx:1.28-alpine:8/8"
    );
    stage.until_phase("shop-front", "Healthy").await;
    stage.wait(40).await;
    assert_eq!(
        stage.line("shop-front").await,
        "Healthy | step 6 | weight 0 | current 10 updated 10 available 10 | \
         nginx:1.27-alpine:0/0 nginx:1.28-alpine*:10/10"
    );
}

#[tokio::test(start_paused = true)]
async fn an_abort_takes_the_traffic_away_at_once_and_the_pods_later() {
    let stage = Stage::start().await;
    stage.apply(ALB_TEN).await;
    stage.until_phase("shop-front", "Healthy").await;
    stage.set_image("shop-front", "nginx:1.28-alpine").await;
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;
    stage.patch_status("shop-front", json!({"abort": true})).await;
    stage.until_told("shop-front", "Degraded - RolloutAborted: Rollout aborted update to revision 2").await;
    stage.wait(2).await;
    assert_eq!(
        stage.line("shop-front").await,
        "Degraded - RolloutAborted: Rollout aborted update to revision 2 | step 0 | weight 0 | \
         current 13 updated 3 available 13 | nginx:1.27-alpine*:10/10 nginx:1.28-alpine:3/3 delay"
    );
    let action = annotation(&stage, "shop-front", "alb.ingress.kubernetes.io/actions.shop-front-stable").await;
    assert!(action.contains(r#""ServiceName":"shop-front-canary","ServicePort":"80","Weight":0"#), "{action}");
    stage.wait(40).await;
    let line = stage.line("shop-front").await;
    assert!(line.ends_with("nginx:1.27-alpine*:10/10 nginx:1.28-alpine:0/0 delay"), "{line}");
    stage.patch_status("shop-front", json!({"abort": false})).await;
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;
    stage.set_image("shop-front", "nginx:1.27-alpine").await;
    stage.until_phase("shop-front", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_ingress_carries_the_weight_for_nginx() {
    let stage = Stage::start().await;
    stage.apply(NGINX).await;
    stage.until_phase("guestbook", "Healthy").await;
    stage.set_image("guestbook", "nginx:1.28-alpine").await;
    stage.until_told("guestbook", "Paused - CanaryPauseStep").await;
    let canary = ingress(&stage, "guestbook-guestbook-canary").await;
    let annotations = json!({
        "nginx.ingress.kubernetes.io/canary": "true",
        "nginx.ingress.kubernetes.io/canary-by-header": "X-Canary",
        "nginx.ingress.kubernetes.io/canary-weight": "20",
    });
    assert_eq!(canary["metadata"]["annotations"], annotations);
    assert_eq!(text(&canary, "/spec/rules/0/http/paths/0/backend/service/name"), "guestbook-canary");
    assert_eq!(text(&canary, "/metadata/ownerReferences/0/kind"), "Rollout");
    stage.promote("guestbook").await;
    stage.until_phase("guestbook", "Healthy").await;
    let weight = "nginx.ingress.kubernetes.io/canary-weight";
    assert_eq!(annotation(&stage, "guestbook-guestbook-canary", weight).await, "0");
}
