//! What holds when the controller ends in the middle, and when a run goes.

use crate::script::Said::{GoesOn, Late, Number};
use crate::script::Told;
use crate::stage::{Stage, metric};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn a_measurement_that_goes_on_is_resumed_and_one_that_was_asked_for_is_asked_again() {
    let mut stage = Stage::start().await;
    stage.script.say("job", [GoesOn(60), Number(1.0)]);
    stage.script.say("slow", [Late(Duration::from_secs(3600), 0.0), Number(1.0)]);
    stage.run("run", json!({"metrics": [metric("job", json!({})), metric("slow", json!({}))]})).await;
    stage.eventually("the first goes on", async || stage.status("run").await["metricResults"][0].is_object()).await;
    stage.stop().await;
    sleep(Duration::from_secs(5)).await;
    let source = Arc::new(Told(Arc::clone(&stage.script)));
    stage.control(source).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    let asked: Vec<String> = stage
        .script
        .asked()
        .iter()
        .map(|line| line.split_once(' ').map(|(_, what)| what.to_owned()).unwrap_or_default())
        .collect();
    let count = |what: &str| asked.iter().filter(|line| *line == what).count();
    assert_eq!((count("measure job"), count("resume job"), count("measure slow")), (1, 1, 2), "{asked:?}");
    let status = stage.status("run").await;
    let counts: Vec<_> =
        status["metricResults"].as_array().into_iter().flatten().map(|it| it["count"].clone()).collect();
    assert_eq!(counts, [json!(1), json!(1)], "nothing is counted twice");
}

#[tokio::test(start_paused = true)]
async fn a_run_of_the_same_name_gets_no_answer_of_the_one_before() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Late(Duration::from_secs(30), 0.0), Number(1.0)]);
    stage.run("run", json!({"metrics": [metric("rate", json!({}))]})).await;
    stage.eventually("it is asked", async || !stage.script.asked().is_empty()).await;
    stage.delete("AnalysisRun", "run").await;
    stage.run("run", json!({"metrics": [metric("rate", json!({}))]})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(stage.told("AnalysisRun", "run").await, "Successful");
}

#[tokio::test(start_paused = true)]
async fn a_status_that_somebody_else_wrote_loses_no_answer() {
    let stage = Stage::start().await;
    let rate = metric("rate", json!({"interval": "1s", "count": 20}));
    stage.run("run", json!({"metrics": [rate]})).await;
    for number in 0..60 {
        let body = json!({"metadata": {"annotations": {"touched": number.to_string()}}});
        stage.patch("AnalysisRun", "run", cluster::Part::Whole, body).await;
        sleep(Duration::from_millis(173)).await;
    }
    stage.until("AnalysisRun", "run", "Successful").await;
    let status = stage.status("run").await;
    assert_eq!(status["metricResults"][0]["count"], 20);
    assert_eq!(stage.script.seconds("rate").len(), 20, "each is asked for once");
}
