//! Jobs as measurements, run by the embedded cluster through the real provider.

use crate::stage::{NAMESPACE, Stage, text};
use providers::{Network, Options, Providers};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

async fn stage() -> Stage {
    let mut stage = Stage::set().await;
    let options = Options { network: Network::Guarded, namespace: "argo-rollouts".into(), variables: BTreeMap::new() };
    let source = Arc::new(Arc::new(Providers::new(stage.client.clone(), options)));
    stage.control(source).await;
    stage
}

fn job(name: &str, annotations: Value, more: Value) -> Value {
    let containers = json!([{"name": "test", "image": "test:1"}]);
    let spec = json!({"containers": containers, "restartPolicy": "Never"});
    let template = json!({"metadata": {"annotations": annotations}, "spec": spec});
    let mut metric = json!({"name": name, "provider": {"job": {"spec": {"backoffLimit": 0, "template": template}}}});
    for (key, value) in more.as_object().expect("an object") {
        metric[key] = value.clone();
    }
    metric
}

#[tokio::test(start_paused = true)]
async fn jobs_end_well_or_badly() {
    let stage = stage().await;
    let good = job("good", json!({"sim.capstan.dev/run": "40s"}), json!({"interval": "5s", "count": 3}));
    stage.run("good", json!({"metrics": [good]})).await;
    stage.until("AnalysisRun", "good", "Successful").await;
    assert_eq!(stage.list("batch/v1", "Job").await.len(), 3);
    stage.run("bad", json!({"metrics": [job("bad", json!({"sim.capstan.dev/exit": "3"}), json!({}))]})).await;
    stage
        .until("AnalysisRun", "bad", "Failed - Metric \"bad\" assessed Failed due to failed (1) > failureLimit (0)")
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_takes_its_jobs_along() {
    let stage = stage().await;
    stage.run("run", json!({"metrics": [job("long", json!({"sim.capstan.dev/run": "9h"}), json!({}))]})).await;
    stage.eventually("the Job is made", async || !stage.list("batch/v1", "Job").await.is_empty()).await;
    stage.patch("AnalysisRun", "run", cluster::Part::Whole, json!({"spec": {"terminate": true}})).await;
    stage
        .eventually("the run is over", async || stage.told("AnalysisRun", "run").await.starts_with("Inconclusive"))
        .await;
    stage.eventually("the Job is gone", async || stage.list("batch/v1", "Job").await.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn old_jobs_are_deleted_with_their_measurements() {
    let stage = stage().await;
    let metric = job("m", json!({}), json!({"interval": "1s", "count": 5}));
    let retention = json!([{"metricName": "m", "limit": 2}]);
    stage.run("run", json!({"metrics": [metric], "measurementRetention": retention})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    stage.eventually("two are left", async || stage.list("batch/v1", "Job").await.len() == 2).await;
    let jobs = stage.list("batch/v1", "Job").await;
    assert!(jobs.iter().all(|job| job["metadata"]["namespace"] == NAMESPACE));
}

#[tokio::test(start_paused = true)]
async fn missing_secrets_end_a_run() {
    let stage = stage().await;
    let metric = json!({"name": "m", "provider": {"web": {"url": "http://x/{{args.token}}"}}});
    let args = json!([{"name": "token", "valueFrom": {"secretKeyRef": {"name": "none", "key": "key"}}}]);
    stage.run("run", json!({"metrics": [metric], "args": args})).await;
    let told = "Error - Unable to resolve metric arguments: secrets \"none\" not found";
    stage.until("AnalysisRun", "run", told).await;
}

/// A Job is looked at less and less often: whoever only looked would find some of these much later.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_is_measured_at_once_however_long_it_took() {
    let stage = stage().await;
    for seconds in [97, 301, 1009, 2003, 3001] {
        let name = format!("run-{seconds}");
        let annotations = json!({"sim.capstan.dev/run": format!("{seconds}s")});
        stage.run(&name, json!({"metrics": [job("job", annotations, json!({}))]})).await;
        stage.until("AnalysisRun", &name, "Successful").await;
        let status = stage.status(&name).await;
        let measured = &status["metricResults"][0]["measurements"][0];
        let of = text(measured, "/metadata/job-name");
        let job = stage.get("batch/v1", "Job", of).await.expect("the Job");
        let at = |value: &Value, pointer: &str| text(value, pointer).parse::<jiff::Timestamp>().expect("a time");
        let late = at(measured, "/finishedAt").duration_since(at(&job, "/status/completionTime"));
        assert!(late.as_secs() <= 1, "{seconds}: {late}");
    }
}
