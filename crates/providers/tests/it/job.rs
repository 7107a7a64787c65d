//! Jobs of Kubernetes, run by the embedded cluster.

use crate::stage::{NAMESPACE, Stage, run};
use analysis::TaskKind;
use api::rollouts::{AnalysisRun, Measurement};
use cluster::ListQuery;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};

fn provider(annotations: Value) -> Value {
    let containers = json!([{"name": "test", "image": "test:1"}]);
    let template =
        json!({"metadata": {"annotations": annotations}, "spec": {"containers": containers, "restartPolicy": "Never"}});
    let metadata = json!({"labels": {"of": "test"}, "annotations": {"note": "x"}});
    json!({"job": {"metadata": metadata, "spec": {"backoffLimit": 0, "template": template}}})
}

async fn jobs(stage: &Stage) -> Vec<Object> {
    let query = ListQuery::in_namespace(NAMESPACE);
    stage.client.list(&Gvk::new("batch", "v1", "Job"), &query).await.expect("a list")
}

async fn begin(stage: &Stage, run: &AnalysisRun) -> Measurement {
    let answer = stage.ask(run, TaskKind::Start, None).await.expect("arguments");
    assert_eq!(answer.measurement.phase_word, "Running", "{}", answer.measurement.message);
    answer.measurement
}

/// Looks until the measurement is over.
async fn followed(stage: &Stage, run: &AnalysisRun) -> Measurement {
    let mut measurement = begin(stage, run).await;
    let looking = async {
        while measurement.finished_at.is_none() {
            sleep(Duration::from_millis(20)).await;
            let resumed = stage.ask(run, TaskKind::Resume, Some(measurement)).await;
            measurement = resumed.expect("arguments").measurement;
        }
        measurement
    };
    timeout(Duration::from_secs(120), looking).await.expect("an end")
}

#[tokio::test]
async fn a_job_is_made_as_the_metric_says_and_its_end_is_the_verdict() {
    let stage = Stage::start().await;
    let run = run(provider(json!({})), "", json!([]));
    let measured = followed(&stage, &run).await;
    assert_eq!(measured.phase_word, "Successful");
    let made = jobs(&stage).await;
    let value = made[0].value();
    let uid = &run.metadata.uid;
    assert_eq!(value["metadata"]["name"], format!("{uid}.m.1"));
    assert_eq!(measured.metadata["job-name"], format!("{uid}.m.1"));
    assert_eq!(measured.metadata["job-namespace"], NAMESPACE);
    assert_eq!(value["metadata"]["labels"]["of"], "test");
    assert_eq!(value["metadata"]["labels"]["analysisrun.argoproj.io/uid"], *uid);
    assert_eq!(value["metadata"]["annotations"]["analysisrun.argoproj.io/metric-name"], "m");
    assert_eq!(value["metadata"]["ownerReferences"][0]["kind"], "AnalysisRun");
    assert_eq!(value["spec"]["template"]["metadata"]["labels"]["analysisrun.argoproj.io/uid"], *uid);
    // Asked for once more after a restart, it is the same.
    assert_eq!(begin(&stage, &run).await.metadata, measured.metadata);
    assert_eq!(jobs(&stage).await.len(), 1);
}

#[tokio::test]
async fn a_job_that_fails_fails_and_one_that_cannot_start_is_no_verdict() {
    let stage = Stage::start().await;
    let failing = run(provider(json!({"sim.capstan.dev/exit": "1"})), "", json!([]));
    assert_eq!(followed(&stage, &failing).await.phase_word, "Failed");
    let mut stuck = run(provider(json!({"sim.capstan.dev/pull": "fail"})), "", json!([]));
    stuck.metadata.uid = "another".to_owned();
    let measured = followed(&stage, &stuck).await;
    assert_eq!(measured.phase_word, "Inconclusive");
    assert!(measured.message.contains("container test has terminal error ("), "{}", measured.message);
}

#[tokio::test]
async fn a_job_that_is_ended_is_deleted_and_one_that_is_gone_is_an_error() {
    let stage = Stage::start().await;
    let run = run(provider(json!({"sim.capstan.dev/run": "1h"})), "", json!([]));
    let measurement = begin(&stage, &run).await;
    let still = stage.ask(&run, TaskKind::Resume, Some(measurement.clone())).await.expect("arguments").measurement;
    assert!(still.finished_at.is_none() && still.resume_at.is_some());
    let ended = stage.ask(&run, TaskKind::Terminate, Some(measurement.clone())).await.expect("arguments").measurement;
    assert_eq!(ended.phase_word, "Inconclusive");
    let gone = async {
        while !jobs(&stage).await.is_empty() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(120), gone).await.expect("it goes");
    let lost = stage.ask(&run, TaskKind::Resume, Some(measurement)).await.expect("arguments").measurement;
    let told = format!("job.batch \"{}.m.1\" not found", run.metadata.uid);
    assert_eq!((lost.phase_word.as_str(), lost.message), ("Error", told));
}

#[tokio::test]
async fn old_jobs_are_let_go_of() {
    let stage = Stage::start().await;
    let run = run(provider(json!({})), "", json!([]));
    let providers = stage.providers();
    for number in 1..=4 {
        let metric = run.spec.metrics[0].clone();
        let task = analysis::Task { kind: TaskKind::Start, metric: metric.into(), unfinished: None, number };
        providers.ask(&run, &task).await.expect("arguments");
    }
    providers.forget(&run, "m", 2).await.expect("forgotten");
    let left = async {
        loop {
            let mut names: Vec<String> = jobs(&stage).await.iter().map(|job| job.name().to_owned()).collect();
            names.sort();
            if names.len() == 2 {
                return names;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let names = timeout(Duration::from_secs(120), left).await.expect("two are left");
    assert_eq!(names, [3, 4].map(|number| format!("{}.m.{number}", run.metadata.uid)));
}
