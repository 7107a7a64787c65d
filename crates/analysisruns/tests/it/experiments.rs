//! Experiments that somebody has applied, and those of a canary's steps.

use crate::script::Said::Number;
use crate::stage::{ARGO, Stage, metric, text};
use cluster::Part;
use serde_json::{Value, json};

fn version(name: &str, more: Value) -> Value {
    let labels = json!({"app": name});
    let containers = json!([{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080, "name": "http"}]}]);
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": containers}});
    let mut version = json!({"name": name, "selector": {"matchLabels": labels}, "template": template});
    for (key, value) in more.as_object().expect("an object") {
        version[key] = value.clone();
    }
    version
}

async fn experiment(stage: &Stage, spec: Value) {
    stage.create(json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": "try"}, "spec": spec})).await;
}

async fn template(stage: &Stage, args: Value, metrics: Value) {
    let spec = json!({"args": args, "metrics": metrics});
    stage
        .create(json!({"apiVersion": ARGO, "kind": "AnalysisTemplate", "metadata": {"name": "rate"}, "spec": spec}))
        .await;
}

/// How many pods each ReplicaSet is to have.
async fn sizes(stage: &Stage) -> Vec<(String, i64)> {
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let mut sizes: Vec<(String, i64)> = sets
        .iter()
        .map(|set| (text(set, "/metadata/name").to_owned(), set["spec"]["replicas"].as_i64().unwrap_or_default()))
        .collect();
    sizes.sort();
    sizes
}

#[tokio::test(start_paused = true)]
async fn versions_run_side_by_side_for_a_while_and_stay_a_little() {
    let stage = Stage::start().await;
    let templates = json!([version("a", json!({"replicas": 2, "service": {}})), version("b", json!({}))]);
    experiment(&stage, json!({"templates": templates, "duration": "1m"})).await;
    stage.until("Experiment", "try", "Running").await;
    assert_eq!(sizes(&stage).await, [("try-a".to_owned(), 2), ("try-b".to_owned(), 1)]);
    stage.eventually("the Service is there", async || stage.get("v1", "Service", "try-a").await.is_some()).await;
    let service = stage.get("v1", "Service", "try-a").await.unwrap_or_default();
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let hashes: Vec<&str> = sets.iter().map(|set| text(set, "/metadata/labels/rollouts-pod-template-hash")).collect();
    assert_ne!(hashes[0], hashes[1]);
    assert_eq!(text(&service, "/spec/selector/rollouts-pod-template-hash"), hashes[0]);
    assert_eq!(service["spec"]["ports"][0]["targetPort"], 8080);
    stage.until("Experiment", "try", "Successful").await;
    assert_eq!(sizes(&stage).await[0].1, 2, "they stay for half a minute");
    stage.eventually("they go", async || sizes(&stage).await.iter().all(|(_, size)| *size == 0)).await;
    stage.eventually("the Service goes", async || stage.get("v1", "Service", "try-a").await.is_none()).await;
    let status = stage.get(ARGO, "Experiment", "try").await.unwrap_or_default()["status"].clone();
    assert!(status["availableAt"].is_string());
    let events = stage.events("try").await;
    assert!(
        events.iter().any(|event| event == "TemplateRunning: Template 'a' transitioned from Progressing -> Running"),
        "{events:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_analysis_that_fails_ends_it() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(1.0), Number(0.1)]);
    template(&stage, json!([{"name": "hash"}]), json!([metric("rate", json!({"interval": "5s"}))])).await;
    let args = json!([{"name": "hash", "value": "{{templates.a.podTemplateHash}}"}]);
    let analyses = json!([{"name": "rate", "templateName": "rate", "args": args}]);
    experiment(&stage, json!({"templates": [version("a", json!({}))], "analyses": analyses})).await;
    stage
        .until("Experiment", "try", "Failed - Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)")
        .await;
    let run = stage.get(ARGO, "AnalysisRun", "try-rate").await.unwrap_or_default();
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    assert_eq!(text(&run, "/spec/args/0/value"), text(&sets[0], "/metadata/labels/rollouts-pod-template-hash"));
    stage.eventually("the pods go", async || sizes(&stage).await[0].1 == 0).await;
}

#[tokio::test(start_paused = true)]
async fn it_lasts_until_what_is_required_is_done() {
    let stage = Stage::start().await;
    template(&stage, json!([]), json!([metric("rate", json!({"interval": "5s", "count": 4}))])).await;
    let analyses = json!([{"name": "rate", "templateName": "rate", "requiredForCompletion": true}]);
    experiment(&stage, json!({"templates": [version("a", json!({}))], "analyses": analyses})).await;
    stage.until("Experiment", "try", "Successful - Required AnalysisRuns completed").await;
    assert_eq!(stage.script.seconds("rate").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_it_is_told_to_and_takes_its_runs_along() {
    let stage = Stage::start().await;
    template(&stage, json!([]), json!([metric("rate", json!({"interval": "5s"}))])).await;
    let analyses = json!([{"name": "rate", "templateName": "rate"}]);
    experiment(
        &stage,
        json!({"templates": [version("a", json!({}))], "analyses": analyses, "scaleDownDelaySeconds": 0}),
    )
    .await;
    stage.until("AnalysisRun", "try-rate", "Running").await;
    stage.patch("Experiment", "try", Part::Whole, json!({"spec": {"terminate": true}})).await;
    stage.until("AnalysisRun", "try-rate", "Successful - Run Terminated").await;
    stage.until("Experiment", "try", "Successful").await;
    stage.eventually("the pods go", async || sizes(&stage).await[0].1 == 0).await;
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_told() {
    let stage = Stage::start().await;
    let mut stuck = version("a", json!({}));
    stuck["template"]["metadata"]["annotations"] = json!({"sim.capstan.dev/ready": "false"});
    experiment(&stage, json!({"templates": [stuck], "progressDeadlineSeconds": 30})).await;
    stage.until("Experiment", "try", "Failed - Template 'a' exceeded its progressDeadlineSeconds (30)").await;
    let value = json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": "none"}, "spec": {
        "templates": [version("a", json!({}))], "analyses": [{"name": "x", "templateName": "nope"}]}});
    stage.create(value).await;
    let told = "Error - AnalysisTemplate verification failed for analysis 'x': analysistemplate.argoproj.io \"nope\" not found";
    stage.until("Experiment", "none", told).await;
    let value = json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": "twice"}, "spec": {
        "templates": [version("a", json!({})), version("a", json!({}))]}});
    stage.create(value).await;
    let told = "Error - InvalidSpec: Experiment twice has repeated template name 'a' in templates";
    stage.until("Experiment", "twice", told).await;
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_canary_tries_both_versions() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(1.0)]);
    template(&stage, json!([]), json!([metric("rate", json!({"interval": "5s", "count": 3}))])).await;
    let analyses = json!([{"name": "rate", "templateName": "rate", "requiredForCompletion": true}]);
    let templates = json!([{"name": "old", "specRef": "stable"}, {"name": "new", "specRef": "canary"}]);
    let strategy = json!({"canary": {"steps": [{"experiment": {"templates": templates, "analyses": analyses}}]}});
    let labels = json!({"app": "web"});
    let pods = |image: &str| json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}});
    let spec =
        json!({"replicas": 1, "selector": {"matchLabels": labels}, "strategy": strategy, "template": pods("web:1")});
    stage.create(json!({"apiVersion": ARGO, "kind": "Rollout", "metadata": {"name": "web"}, "spec": spec})).await;
    stage.until("Rollout", "web", "Healthy").await;
    stage.patch("Rollout", "web", Part::Whole, json!({"spec": {"template": pods("web:2")}})).await;
    stage.eventually("an experiment is made", async || !stage.list(ARGO, "Experiment").await.is_empty()).await;
    let made = stage.list(ARGO, "Experiment").await;
    let name = text(&made[0], "/metadata/name").to_owned();
    stage.until("Experiment", &name, "Successful - Required AnalysisRuns completed").await;
    stage.until("Rollout", "web", "Healthy").await;
    let rollout = stage.get(ARGO, "Rollout", "web").await.unwrap_or_default();
    assert_eq!(text(&rollout, "/spec/template/spec/containers/0/image"), "web:2");
}
