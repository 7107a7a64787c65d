//! Analyses and experiments: the objects are made as upstream makes them, and their verdicts are followed.

use crate::stage::{Stage, rollout, text};
use cluster::Part;
use serde_json::{Value, json};

const ARGO: &str = "argoproj.io/v1alpha1";

async fn template(stage: &Stage) {
    let metric = json!({"name": "success", "interval": "10s", "count": 3, "successCondition": "result > 0.9",
        "provider": {"web": {"url": "http://{{args.host}}/rate"}}});
    let spec = json!({"args": [{"name": "host"}, {"name": "hash", "value": "none"}], "metrics": [metric]});
    stage
        .create(json!({"apiVersion": ARGO, "kind": "AnalysisTemplate", "metadata": {"name": "rate"}, "spec": spec}))
        .await;
}

/// A Rollout in the middle of a step, and the one object of a kind that was made for it.
async fn at_step(stage: &Stage, step: Value, kind: &'static str) -> Value {
    stage.create(rollout("web", 1, json!({"canary": {"steps": [step]}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.set_image("web", "web:yellow").await;
    stage.eventually("it is made", || async { !stage.list(ARGO, kind).await.is_empty() }).await;
    stage.wait(2).await;
    let made = stage.list(ARGO, kind).await;
    assert_eq!(made.len(), 1, "one and no more: {made:#?}");
    made[0].clone()
}

async fn analysed(stage: &Stage) -> Value {
    template(stage).await;
    let args = json!([{"name": "host", "value": "shop.example"},
        {"name": "hash", "valueFrom": {"podTemplateHashValue": "Latest"}}]);
    at_step(stage, json!({"analysis": {"templates": [{"templateName": "rate"}], "args": args}}), "AnalysisRun").await
}

async fn ends(stage: &Stage, kind: &str, name: &str, phase: &str) {
    let status = json!({"status": {"phase": phase, "message": "so it is"}});
    stage.patch(ARGO, kind, name, Part::Whole, status).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_has_what_its_templates_and_arguments_say() {
    let stage = Stage::start().await;
    let run = analysed(&stage).await;
    let hash = text(&stage.rollout("web").await, "/status/currentPodHash").to_owned();
    assert_eq!(text(&run, "/metadata/name"), format!("web-{hash}-2-0"));
    let labels = json!({"app": "web", "rollout-type": "Step", "step-index": "0", "rollouts-pod-template-hash": hash});
    assert_eq!(run["metadata"]["labels"], labels);
    assert_eq!(run["metadata"]["annotations"], json!({"rollout.argoproj.io/revision": "2"}));
    assert_eq!(text(&run, "/metadata/ownerReferences/0/kind"), "Rollout");
    let args = json!([{"name": "host", "value": "shop.example"}, {"name": "hash", "value": hash}]);
    assert_eq!(run["spec"]["args"], args);
    assert_eq!(text(&run, "/spec/metrics/0/name"), "success");
    ends(&stage, "AnalysisRun", text(&run, "/metadata/name"), "Successful").await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_aborts() {
    let stage = Stage::start().await;
    let run = analysed(&stage).await;
    ends(&stage, "AnalysisRun", text(&run, "/metadata/name"), "Failed").await;
    let told = "Degraded - RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase \
                error/failed: so it is";
    stage.until_told("web", told).await;
}

#[tokio::test(start_paused = true)]
async fn a_template_that_comes_later_is_found() {
    let stage = Stage::start().await;
    let step = json!({"analysis": {"templates": [{"templateName": "rate"}], "args": [{"name": "host", "value": "x"}]}});
    stage.create(rollout("web", 1, json!({"canary": {"steps": [step]}}))).await;
    stage.until_phase("web", "Degraded").await;
    template(&stage).await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn an_experiment_runs_both_versions() {
    let stage = Stage::start().await;
    let step = json!({"experiment": {"duration": "1m", "templates": [
        {"name": "old", "specRef": "stable"},
        {"name": "new", "specRef": "canary", "replicas": 2, "metadata": {"labels": {"of": "experiment"}}},
    ]}});
    let experiment = at_step(&stage, step, "Experiment").await;
    let templates = &experiment["spec"]["templates"];
    let image = |index: usize| text(&templates[index], "/template/spec/containers/0/image").to_owned();
    assert_eq!((image(0), image(1)), ("web:blue".to_owned(), "web:yellow".to_owned()));
    assert_eq!(templates[1]["replicas"], 2);
    assert_eq!(templates[1]["selector"]["matchLabels"]["of"], "experiment");
    assert_eq!(text(&experiment, "/spec/duration"), "1m");
    ends(&stage, "Experiment", text(&experiment, "/metadata/name"), "Successful").await;
    stage.until_phase("web", "Healthy").await;
}
