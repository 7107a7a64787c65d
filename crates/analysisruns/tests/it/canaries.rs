//! Rollouts whose metrics decide.

use crate::script::Said::{Error, Number};
use crate::stage::{ARGO, Stage, metric, text};
use cluster::Part;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

async fn template(stage: &Stage, kind: &str, metrics: Value) {
    let metadata = json!({"name": "rate"});
    stage.create(json!({"apiVersion": ARGO, "kind": kind, "metadata": metadata, "spec": {"metrics": metrics}})).await;
}

/// The Rollout `web`, brought out by this strategy.
pub fn manifest(strategy: Value) -> Value {
    let containers = json!([{"name": "web", "image": "web:blue"}]);
    let labels = json!({"app": "web"});
    let spec = json!({"replicas": 2, "selector": {"matchLabels": labels}, "strategy": strategy,
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}});
    json!({"apiVersion": ARGO, "kind": "Rollout", "metadata": {"name": "web"}, "spec": spec})
}

/// Makes it and waits until its first version is there.
pub async fn rollout(stage: &Stage, strategy: Value) {
    stage.create(manifest(strategy)).await;
    stage.until("Rollout", "web", "Healthy").await;
}

/// Gives it a new version, and waits until that is seen.
pub async fn new_image(stage: &Stage) {
    let containers = json!([{"name": "web", "image": "web:yellow"}]);
    let body = json!({"spec": {"template": {"spec": {"containers": containers}}}});
    stage.patch("Rollout", "web", Part::Whole, body).await;
    let old = stage.get(ARGO, "Rollout", "web").await.unwrap_or_default();
    let hash = text(&old, "/status/stableRS").to_owned();
    stage
        .eventually("the new version is seen", async || {
            let rollout = stage.get(ARGO, "Rollout", "web").await.unwrap_or_default();
            text(&rollout, "/status/currentPodHash") != hash
        })
        .await;
}

async fn images(stage: &Stage) -> Vec<String> {
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let mut up: Vec<String> = sets
        .iter()
        .filter(|set| set["spec"]["replicas"] != 0)
        .map(|set| text(set, "/spec/template/spec/containers/0/image").to_owned())
        .collect();
    up.sort();
    up
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_measured_badly_aborts_the_canary() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(1.0), Number(0.2)]);
    template(&stage, "AnalysisTemplate", json!([metric("rate", json!({"interval": "10s", "count": 3}))])).await;
    let steps = json!([{"setWeight": 50}, {"analysis": {"templates": [{"templateName": "rate"}]}}, {"setWeight": 100}]);
    rollout(&stage, json!({"canary": {"steps": steps}})).await;
    new_image(&stage).await;
    let told = "Degraded - RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: \
                Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)";
    stage.until("Rollout", "web", told).await;
    stage.eventually("only the stable version is left", async || images(&stage).await == ["web:blue"]).await;
    let events = stage.events("web").await;
    assert!(events.iter().any(|event| event.starts_with("AnalysisRunFailed: Step Analysis Run 'web-")), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_background_analysis_of_the_cluster_lets_a_good_version_through() {
    let stage = Stage::start().await;
    template(&stage, "ClusterAnalysisTemplate", json!([metric("rate", json!({"interval": "5s"}))])).await;
    let analysis = json!({"templates": [{"templateName": "rate", "clusterScope": true}], "startingStep": 1});
    let steps = json!([{"setWeight": 50}, {"pause": {"duration": "60s"}}]);
    rollout(&stage, json!({"canary": {"steps": steps, "analysis": analysis}})).await;
    new_image(&stage).await;
    stage.until("Rollout", "web", "Healthy").await;
    assert_eq!(images(&stage).await, ["web:yellow"]);
    let runs = stage.list(ARGO, "AnalysisRun").await;
    assert_eq!(runs.len(), 1);
    assert!(stage.script.seconds("rate").len() >= 10, "{:?}", stage.script.asked());
    // What ran all along is ended when there is nothing more to decide.
    stage.until("AnalysisRun", text(&runs[0], "/metadata/name"), "Successful - Run Terminated").await;
}

#[tokio::test(start_paused = true)]
async fn a_background_analysis_aborts_in_the_middle_of_a_pause() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(1.0), Number(1.0), Number(0.0)]);
    template(&stage, "AnalysisTemplate", json!([metric("rate", json!({"interval": "5s"}))])).await;
    let analysis = json!({"templates": [{"templateName": "rate"}]});
    rollout(&stage, json!({"canary": {"steps": [{"setWeight": 50}, {"pause": {}}], "analysis": analysis}})).await;
    new_image(&stage).await;
    let told = "Degraded - RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: \
                Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)";
    stage.until("Rollout", "web", told).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_verdict_the_rollout_holds_and_goes_on_when_told() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(0.7)]);
    let unsure = metric("rate", json!({"failureCondition": "result < 0.5"}));
    template(&stage, "AnalysisTemplate", json!([unsure])).await;
    let steps = json!([{"setWeight": 50}, {"analysis": {"templates": [{"templateName": "rate"}]}}]);
    rollout(&stage, json!({"canary": {"steps": steps}})).await;
    new_image(&stage).await;
    stage.until("Rollout", "web", "Paused - InconclusiveAnalysisRun").await;
    sleep(Duration::from_secs(600)).await;
    assert_eq!(stage.list(ARGO, "AnalysisRun").await.len(), 1, "nothing more is tried");
    stage.script.say("rate", [Number(1.0)]);
    let resumed = json!({"status": {"pauseConditions": null}});
    stage.patch("Rollout", "web", Part::Status, resumed).await;
    stage.until("Rollout", "web", "Healthy").await;
    let mut names: Vec<String> =
        stage.list(ARGO, "AnalysisRun").await.iter().map(|run| text(run, "/metadata/name").to_owned()).collect();
    names.sort();
    assert!(names.len() == 2 && names[1] == format!("{}.1", names[0]), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn blue_and_green_are_measured_before_and_after_the_switch() {
    let stage = Stage::start().await;
    for name in ["active", "preview"] {
        let spec = json!({"ports": [{"port": 80}], "selector": {"app": "web"}});
        stage.create(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})).await;
    }
    template(&stage, "AnalysisTemplate", json!([metric("rate", json!({}))])).await;
    let analysis = json!({"templates": [{"templateName": "rate"}]});
    rollout(
        &stage,
        json!({"blueGreen": {"activeService": "active", "previewService": "preview",
        "prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis}}),
    )
    .await;
    stage.script.say("rate", [Number(1.0), Number(0.0)]);
    let stable = stage.get("v1", "Service", "active").await.unwrap_or_default();
    let stable = text(&stable, "/spec/selector/rollouts-pod-template-hash").to_owned();
    new_image(&stage).await;
    let told = "Degraded - RolloutAborted: Rollout aborted update to revision 2: Blue/green post-promotion analysis phase \
                error/failed: Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)";
    stage.until("Rollout", "web", told).await;
    stage
        .eventually("the traffic is back", async || {
            let active = stage.get("v1", "Service", "active").await.unwrap_or_default();
            text(&active, "/spec/selector/rollouts-pod-template-hash") == stable
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_for_an_hour_ends_the_hold() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Error("connection refused")]);
    template(&stage, "AnalysisTemplate", json!([metric("rate", json!({"interval": "60s", "count": 3}))])).await;
    let steps = json!([{"setWeight": 50}, {"analysis": {"templates": [{"templateName": "rate"}]}}]);
    rollout(&stage, json!({"canary": {"steps": steps}})).await;
    new_image(&stage).await;
    let told = "Degraded - RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: \
                Metric \"rate\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \
                \"Error Message: connection refused\"";
    stage.until("Rollout", "web", told).await;
}
