//! What is wrong is said on the object, nothing else is touched, and other Rollouts go on.

use crate::stage::{Stage, rollout, service, told};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_spec_that_contradicts_itself_is_said_and_mended() {
    let stage = Stage::start().await;
    let mut web = rollout("web", 1, json!({"canary": {"maxSurge": 0, "maxUnavailable": 0}}));
    web["spec"]["minReadySeconds"] = json!(5);
    stage.create(web).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    let is_refused =
        |rollout: &Value| told(rollout).starts_with("Degraded - InvalidSpec: The Rollout \"web\" is invalid:");
    stage.until("web", "refused", is_refused).await;
    assert!(stage.list("apps/v1", "ReplicaSet").await.iter().all(|set| set["metadata"]["labels"]["app"] != "web"));
    stage.until_phase("other", "Healthy").await;
    stage.patch_spec("web", json!({"strategy": {"canary": {"maxSurge": 1}}})).await;
    stage.until_phase("web", "Healthy").await;
    let conditions = stage.rollout("web").await["status"]["conditions"].to_string();
    assert!(!conditions.contains("InvalidSpec"), "{conditions}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_later_is_found() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 1, json!({"blueGreen": {"activeService": "active"}}))).await;
    let missing = "Degraded - InvalidSpec: The Rollout \"web\" is invalid: spec.strategy.blueGreen.activeService: \
                   Invalid value: \"active\": service \"active\" not found";
    stage.until_told("web", missing).await;
    stage.create(service("active", "web")).await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_service_of_another_rollout_is_not_taken() {
    let stage = Stage::start().await;
    stage.create(service("active", "web")).await;
    stage.create(rollout("web", 1, json!({"blueGreen": {"activeService": "active"}}))).await;
    stage.until_phase("web", "Healthy").await;
    let before = stage.get("v1", "Service", "active").await.expect("a Service");
    let mut second = rollout("second", 1, json!({"blueGreen": {"activeService": "active"}}));
    second["spec"]["selector"] = json!({"matchLabels": {"app": "web", "of": "second"}});
    second["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "of": "second"});
    stage.create(second).await;
    stage.until("second", "refused", |rollout| told(rollout).contains("is managed by another Rollout")).await;
    let after = stage.get("v1", "Service", "active").await.expect("a Service");
    assert_eq!(after["spec"]["selector"], before["spec"]["selector"]);
    assert_eq!(told(&stage.rollout("web").await), "Healthy");
}

#[tokio::test(start_paused = true)]
async fn a_field_of_the_wrong_type_is_said_and_others_go_on() {
    let stage = Stage::start().await;
    // The definition lets this pass, as upstream's does: templates are checked by whoever uses them.
    let mut web = rollout("web", 1, json!({"canary": {"steps": [{"setCanaryScale": {"replicas": 1}}]}}));
    web["spec"]["template"]["spec"]["containers"] = json!("none");
    stage.create(web).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    stage.until_phase("other", "Healthy").await;
    stage.until("web", "refused", |rollout| told(rollout).starts_with("Degraded - InvalidSpec")).await;
}

#[tokio::test(start_paused = true)]
async fn rollouts_of_another_instance_are_left_alone() {
    let settings = rollouts::Settings { instance_id: "mine".into(), ..rollouts::Settings::default() };
    let stage = Stage::start_with(settings).await;
    let mut mine = rollout("mine", 1, json!({"canary": {}}));
    mine["metadata"]["labels"] = json!({"argo-rollouts.argoproj.io/controller-instance-id": "mine"});
    stage.create(mine).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    stage.until_phase("mine", "Healthy").await;
    stage.wait(5).await;
    assert!(stage.rollout("other").await.get("status").is_none());
}
