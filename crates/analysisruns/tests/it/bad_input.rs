//! Templates that name nothing, themselves or each other, and arguments that nobody gives: documented words, and an end.

use crate::canaries::{new_image, rollout};
use crate::stage::{ARGO, Stage, metric, text};
use serde_json::{Value, json};

/// How many templates a chain has that is longer than anybody writes.
const CHAIN: usize = 40;

async fn template(stage: &Stage, kind: &str, name: &str, spec: Value) {
    stage.create(json!({"apiVersion": ARGO, "kind": kind, "metadata": {"name": name}, "spec": spec})).await;
}

/// A template of one metric that includes others, those of the whole cluster by a name that ends so.
fn including(name: &str, others: &[&str]) -> Value {
    let one = |other: &&str| json!({"templateName": other, "clusterScope": other.ends_with("-of-all")});
    json!({"metrics": [metric(name, json!({}))], "templates": others.iter().map(one).collect::<Vec<_>>()})
}

/// A canary that is measured once by a template.
fn measured_by(name: &str) -> Value {
    json!({"canary": {"steps": [{"setWeight": 50}, {"analysis": {"templates": [{"templateName": name}]}}]}})
}

fn experiment(name: &str, template: &str) -> Value {
    let labels = json!({"app": name});
    let pods = json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
    let version = json!({"name": "a", "selector": {"matchLabels": labels}, "template": pods});
    let analyses = json!([{"name": "x", "templateName": template, "requiredForCompletion": true}]);
    json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": name}, "spec": {"templates": [version], "analyses": analyses}})
}

#[tokio::test(start_paused = true)]
async fn templates_that_include_each_other_and_themselves_are_each_measured_once() {
    let stage = Stage::start().await;
    template(&stage, "AnalysisTemplate", "a", including("a", &["b", "a"])).await;
    template(&stage, "AnalysisTemplate", "b", including("b", &["c-of-all", "a"])).await;
    template(&stage, "ClusterAnalysisTemplate", "c-of-all", including("c", &["c-of-all"])).await;
    rollout(&stage, measured_by("a")).await;
    new_image(&stage).await;
    stage.until("Rollout", "web", "Healthy").await;
    for name in ["a", "b", "c"] {
        assert_eq!(stage.script.seconds(name).len(), 1, "{name}");
    }
    stage.create(experiment("try", "b")).await;
    stage.until("Experiment", "try", "Successful - Required AnalysisRuns completed").await;
    let run = stage.get(ARGO, "AnalysisRun", "try-x").await.unwrap_or_default();
    let names: Vec<&str> =
        run["spec"]["metrics"].as_array().into_iter().flatten().map(|metric| text(metric, "/name")).collect();
    assert_eq!(names, ["b", "a", "c"]);
}

#[tokio::test(start_paused = true)]
async fn templates_that_name_nothing_are_told_and_hold_until_they_are_there() {
    let stage = Stage::start().await;
    template(&stage, "AnalysisTemplate", "there", including("there", &["nowhere"])).await;
    stage.create(crate::canaries::manifest(measured_by("there"))).await;
    let told = "Degraded - InvalidSpec: The Rollout \"web\" is invalid: spec.templates: Invalid value: \"nowhere\": \
                AnalysisTemplate 'nowhere' not found";
    stage.until("Rollout", "web", told).await;
    stage.create(experiment("try", "there")).await;
    let told = "Error - AnalysisTemplate verification failed for analysis 'x': analysistemplate.argoproj.io \"nowhere\" not found";
    stage.until("Experiment", "try", told).await;
    template(&stage, "AnalysisTemplate", "nowhere", including("nowhere", &[])).await;
    stage.until("Rollout", "web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn arguments_that_nobody_gives_are_told_before_anything_is_measured() {
    let stage = Stage::start().await;
    let url = json!({"provider": {"web": {"url": "http://{{args.host}}"}}});
    let spec = json!({"args": [{"name": "host"}], "metrics": [metric("rate", url)]});
    template(&stage, "AnalysisTemplate", "open", spec).await;
    let unknown = json!({"provider": {"web": {"url": "http://{{args.nobody}}"}}});
    template(&stage, "AnalysisTemplate", "unknown", json!({"metrics": [metric("rate", unknown)]})).await;
    stage.create(crate::canaries::manifest(measured_by("open"))).await;
    let field = "spec.strategy.canary.steps[1].analysis.templates: Invalid value: \"templateNames: [open]\"";
    let told = format!("Degraded - InvalidSpec: The Rollout \"web\" is invalid: {field}: args.host was not resolved");
    stage.until("Rollout", "web", &told).await;
    stage.create(experiment("try", "open")).await;
    let told = "Error - Failed to create AnalysisRun for analysis 'x': args.host was not resolved";
    stage.until("Experiment", "try", told).await;
    stage.create(experiment("other", "unknown")).await;
    let told = "Error - Unable to resolve metric arguments: failed to resolve {{args.nobody}}";
    stage.until("Experiment", "other", told).await;
    assert!(stage.script.asked().is_empty(), "{:?}", stage.script.asked());
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_templates_that_is_too_long_is_refused() {
    let stage = Stage::start().await;
    for at in 0..CHAIN {
        let (name, next) = (format!("t{at}"), format!("t{}", at + 1));
        let others: &[&str] = if at + 1 < CHAIN { &[&next] } else { &[] };
        template(&stage, "AnalysisTemplate", &name, including(&name, others)).await;
    }
    stage.create(experiment("try", "t0")).await;
    let told = "Error - AnalysisTemplate verification failed for analysis 'x': templates include each other deeper than 32 levels";
    stage.until("Experiment", "try", told).await;
}
