//! The canary strategy without a router.

use crate::stage::{Stage, rollout};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn ten_pods_go_step_by_step() {
    let stage = Stage::start().await;
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": 30}},
        {"setWeight": 75}, {"pause": {"duration": "30s"}}]);
    stage.create(rollout("web", 10, json!({"canary": {"steps": steps}}))).await;
    stage.until_phase("web", "Healthy").await;
    assert_eq!(stage.line("web").await, "Healthy | step 6 | current 10 updated 10 available 10 | web:blue*:10/10");
    stage.set_image("web", "web:yellow").await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("web").await,
        "Paused - CanaryPauseStep | step 1 | current 11 updated 3 available 11 | web:blue*:8/8 web:yellow:3/3"
    );
    stage.promote("web").await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("web").await,
        "Paused - CanaryPauseStep | step 3 | current 10 updated 5 available 10 | web:blue*:5/5 web:yellow:5/5"
    );
    stage.wait(32).await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    assert_eq!(
        stage.line("web").await,
        "Paused - CanaryPauseStep | step 5 | current 11 updated 8 available 11 | web:blue*:3/3 web:yellow:8/8"
    );
    stage.until_phase("web", "Healthy").await;
    assert_eq!(
        stage.line("web").await,
        "Healthy | step 6 | current 10 updated 10 available 10 | web:blue:0/0 web:yellow*:10/10"
    );
}

#[tokio::test(start_paused = true)]
async fn events_say_what_happened_in_order() {
    let stage = Stage::start().await;
    let steps = json!([{"setWeight": 50}, {"pause": {}}]);
    stage.create(rollout("web", 2, json!({"canary": {"steps": steps, "maxSurge": 1, "maxUnavailable": 0}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.set_image("web", "web:yellow").await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    stage.promote("web").await;
    stage.until_phase("web", "Healthy").await;
    stage.wait(5).await;
    let first = "RolloutUpdated NewReplicaSetCreated RolloutNotCompleted ScalingReplicaSet RolloutCompleted";
    let second = "RolloutUpdated NewReplicaSetCreated RolloutNotCompleted ScalingReplicaSet ScalingReplicaSet \
        RolloutStepCompleted RolloutPaused RolloutStepCompleted ScalingReplicaSet ScalingReplicaSet RolloutCompleted";
    let told = stage.events("web").await;
    let reasons: Vec<&str> = told.iter().filter_map(|event| event.split_once(':')).map(|(reason, _)| reason).collect();
    assert_eq!(reasons.join(" "), format!("RolloutAddedToInformer {first} {second}"), "{told:#?}");
}
