//! What users ask for: promote, abort, retry, undo, restart, pause, scale.

use crate::stage::{Stage, number, rollout, text};
use serde_json::json;
use std::collections::BTreeSet;

const SURGE: &str = include_str!("../../../../examples/rollouts/canary-surge.yaml");

#[tokio::test(start_paused = true)]
async fn a_canary_with_surge_only_is_promoted_and_undone() {
    let stage = Stage::start().await;
    stage.apply(SURGE).await;
    stage.until_phase("orders", "Healthy").await;
    stage.set_image("orders", "registry.example.com/orders:2.0.0").await;
    stage.until_told("orders", "Paused - CanaryPauseStep").await;
    let paused = stage.line("orders").await;
    assert!(paused.contains("orders:1.0.0*:7/7") && paused.contains("orders:2.0.0:3/3"), "{paused}");
    stage.promote("orders").await;
    stage.until_phase("orders", "Healthy").await;
    // An undo is the template of an earlier ReplicaSet.
    stage.set_image("orders", "registry.example.com/orders:1.0.0").await;
    stage.until_told("orders", "Paused - CanaryPauseStep").await;
    stage.patch_status("orders", json!({"promoteFull": true})).await;
    stage.until_phase("orders", "Healthy").await;
    let line = stage.line("orders").await;
    assert!(line.contains("orders:1.0.0*:10/10") && line.contains("orders:2.0.0:0/0"), "{line}");
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let history = sets.iter().map(|set| text(set, "/metadata/annotations/rollout.argoproj.io~1revision-history"));
    assert!(history.collect::<Vec<_>>().contains(&"1"));
}

#[tokio::test(start_paused = true)]
async fn abort_retry_and_promotion_of_a_basic_canary() {
    let stage = Stage::start().await;
    let steps = json!([{"setWeight": 50}, {"pause": {"duration": "3s"}}]);
    stage.create(rollout("web", 1, json!({"canary": {"steps": steps}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.set_image("web", "web:yellow").await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    stage.patch_status("web", json!({"abort": true})).await;
    stage.until_told("web", "Degraded - RolloutAborted: Rollout aborted update to revision 2").await;
    stage.wait(3).await;
    assert!(stage.line("web").await.ends_with("web:blue*:1/1 web:yellow:0/0"));
    stage.patch_status("web", json!({"abort": false})).await;
    stage.until_phase("web", "Healthy").await;
    assert!(stage.line("web").await.ends_with("web:blue:0/0 web:yellow*:1/1"));
    stage.wait(2).await;
    let told = stage.events("web").await;
    let reasons: Vec<&str> = told.iter().filter_map(|event| event.split_once(':')).map(|(reason, _)| reason).collect();
    // The second of what is told twice counts the first up, which so comes later in this list.
    let wanted: BTreeSet<&str> = [
        "RolloutAddedToInformer",
        "RolloutUpdated",
        "NewReplicaSetCreated",
        "RolloutNotCompleted",
        "ScalingReplicaSet",
        "RolloutCompleted",
        "RolloutStepCompleted",
        "RolloutPaused",
        "RolloutAborted",
        "RolloutResumed",
    ]
    .into();
    assert_eq!(reasons.into_iter().collect::<BTreeSet<_>>(), wanted, "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_abort_of_what_is_finished_changes_nothing() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 2, json!({"canary": {"steps": [{"setWeight": 50}, {"pause": {}}]}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.patch_status("web", json!({"abort": true})).await;
    stage.until("web", "no longer aborted", |rollout| rollout["status"].get("abort").is_none()).await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_replaces_every_pod_and_keeps_enough_of_them() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 4, json!({"canary": {"maxUnavailable": 1, "maxSurge": 1}}))).await;
    stage.until_phase("web", "Healthy").await;
    let names = || async {
        let pods = stage.list("v1", "Pod").await;
        pods.iter().map(|pod| text(pod, "/metadata/name").to_owned()).collect::<BTreeSet<_>>()
    };
    let before = names().await;
    stage.wait(10).await;
    let now = stage.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    stage.wait(2).await;
    stage.patch_spec("web", json!({"restartAt": now})).await;
    let is_restarted = |rollout: &serde_json::Value| text(rollout, "/status/restartedAt") == now;
    let began = tokio::time::Instant::now();
    while !is_restarted(&stage.rollout("web").await) {
        let web = stage.rollout("web").await;
        assert!(number(&web, "/status/availableReplicas") >= 3, "{web:#}");
        assert!(began.elapsed().as_secs() < 300, "{web:#}");
        stage.wait(1).await;
    }
    stage.until_phase("web", "Healthy").await;
    assert!(before.is_disjoint(&names().await), "every pod is another one");
}

#[tokio::test(start_paused = true)]
async fn a_user_pauses_scales_and_goes_on() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 4, json!({"canary": {"steps": [{"setWeight": 50}, {"pause": {}}]}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.patch_spec("web", json!({"paused": true})).await;
    stage.until_told("web", "Paused - manually paused").await;
    stage.set_image("web", "web:yellow").await;
    stage.wait(5).await;
    assert!(stage.line("web").await.ends_with("web:blue*:4/4 web:yellow:0/0"), "{}", stage.line("web").await);
    stage.patch_spec("web", json!({"paused": false})).await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    stage.patch_spec("web", json!({"replicas": 8})).await;
    stage.until("web", "scaled", |rollout| number(rollout, "/status/availableReplicas") == 8).await;
    stage.until_told("web", "Paused - CanaryPauseStep").await;
    assert!(stage.line("web").await.ends_with("web:blue*:4/4 web:yellow:4/4"), "{}", stage.line("web").await);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_never_becomes_ready_is_aborted_when_asked_for() {
    let stage = Stage::start().await;
    let mut web = rollout("web", 2, json!({"canary": {"steps": [{"setWeight": 50}, {"pause": {}}]}}));
    web["spec"]["progressDeadlineSeconds"] = json!(30);
    web["spec"]["progressDeadlineAbort"] = json!(true);
    stage.create(web).await;
    stage.until_phase("web", "Healthy").await;
    // No node has so many processors.
    let container = json!({"name": "web", "image": "web:large", "resources": {"requests": {"cpu": "1000"}}});
    stage.patch_spec("web", json!({"template": {"spec": {"containers": [container]}}})).await;
    stage.until("web", "aborted", |rollout| rollout["status"]["abort"] == true).await;
    stage.wait(2).await;
    let line = stage.line("web").await;
    assert!(line.starts_with("Degraded - RolloutAborted") && line.contains("web:blue*:2/2"), "{line}");
}
