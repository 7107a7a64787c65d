//! Runs that somebody has applied.

use crate::script::Said::{Error, GoesOn, Late, Number, Panic, Refused};
use crate::stage::{ARGO, Stage, metric};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn metrics_are_measured_at_their_intervals_and_counted() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Number(1.0), Number(0.5), Number(1.0)]);
    let rate = metric("rate", json!({"interval": "10s", "count": 5, "failureLimit": 1}));
    let once = metric("once", json!({"initialDelay": "7s"}));
    stage.run("run", json!({"metrics": [rate, once]})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    let seconds = stage.script.seconds("rate");
    let pauses: Vec<i64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().all(|pause| (10..=11).contains(pause)) && pauses.len() == 4, "{seconds:?}");
    assert_eq!(stage.script.seconds("once").len(), 1);
    assert!((7..=8).contains(&(stage.script.seconds("once")[0] - seconds[0])));
    let status = stage.status("run").await;
    assert_eq!(status["runSummary"], json!({"count": 2, "successful": 2}));
    let result = &status["metricResults"][0];
    assert_eq!((&result["count"], &result["successful"], &result["failed"]), (&json!(5), &json!(4), &json!(1)));
    assert_eq!(result["measurements"].as_array().map(Vec::len), Some(5));
    assert!(status["startedAt"].is_string() && status["completedAt"].is_string());
    let events = stage.events("run").await;
    assert!(events.contains(&"MetricSuccessful: Metric 'rate' Completed. Result: Successful".to_owned()), "{events:?}");
    assert!(events.contains(&"AnalysisRunSuccessful: Analysis Completed. Result: Successful".to_owned()), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_fails_ends_the_run() {
    let stage = Stage::start().await;
    stage.script.say("bad", [Number(1.0), Number(0.1)]);
    let other = metric("good", json!({"interval": "5s"}));
    stage.run("run", json!({"metrics": [metric("bad", json!({"interval": "5s"})), other]})).await;
    let told = "Failed - Metric \"bad\" assessed Failed due to failed (1) > failureLimit (0)";
    stage.until("AnalysisRun", "run", told).await;
    let asked = stage.script.asked().len();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(stage.script.asked().len(), asked, "nothing is asked any longer");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_measured_is_tried_again_and_then_an_error() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Error("no route")]);
    stage.run("run", json!({"metrics": [metric("rate", json!({}))]})).await;
    let told = "Error - Metric \"rate\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \
                \"Error Message: no route\"";
    stage.until("AnalysisRun", "run", told).await;
    let seconds = stage.script.seconds("rate");
    assert!(seconds.windows(2).all(|pair| (10..=11).contains(&(pair[1] - pair[0]))), "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_defect_in_a_provider_is_an_error_of_the_measurement() {
    let stage = Stage::start().await;
    stage.script.say("rate", [Panic, Number(1.0)]);
    stage.run("run", json!({"metrics": [metric("rate", json!({}))]})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    let result = stage.status("run").await["metricResults"][0].clone();
    assert_eq!(result["measurements"][0]["message"], "a defect in the provider: it panicked");
    assert_eq!(result["error"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_told_to_ends() {
    let stage = Stage::start().await;
    stage.script.say("job", [GoesOn(3600)]);
    let metrics = json!([metric("rate", json!({"interval": "10s"})), metric("job", json!({}))]);
    stage.run("run", json!({ "metrics": metrics })).await;
    stage.eventually("both are measured", async || stage.status("run").await["metricResults"][1].is_object()).await;
    stage.patch("AnalysisRun", "run", cluster::Part::Whole, json!({"spec": {"terminate": true}})).await;
    let told = "Inconclusive - Metric \"job\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0): \
                \"Error Message: Metric Terminated\"";
    stage.until("AnalysisRun", "run", told).await;
    assert!(stage.script.asked().iter().any(|line| line.ends_with("end job")));
    stage.run("other", json!({"metrics": [metric("rate", json!({"interval": "10s"}))]})).await;
    stage.eventually("it is measured", async || stage.status("other").await["metricResults"][0].is_object()).await;
    stage.patch("AnalysisRun", "other", cluster::Part::Whole, json!({"spec": {"terminate": true}})).await;
    stage.until("AnalysisRun", "other", "Successful - Run Terminated").await;
}

#[tokio::test(start_paused = true)]
async fn a_run_is_deleted_when_its_time_is_over() {
    let stage = Stage::start().await;
    let ttl = json!({"secondsAfterCompletion": 1000, "secondsAfterSuccess": 60});
    stage.run("run", json!({"metrics": [metric("rate", json!({}))], "ttlStrategy": ttl})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    sleep(Duration::from_secs(55)).await;
    assert!(stage.get(ARGO, "AnalysisRun", "run").await.is_some());
    sleep(Duration::from_secs(10)).await;
    assert!(stage.get(ARGO, "AnalysisRun", "run").await.is_none());
}

#[tokio::test(start_paused = true)]
async fn only_the_newest_measurements_are_kept() {
    let stage = Stage::start().await;
    let (rate, other) = (
        metric("rate", json!({"interval": "1s", "count": 6})),
        metric("other", json!({"interval": "1s", "count": 12})),
    );
    let retention = json!([{"metricName": "ra.*", "limit": 2}]);
    stage.run("run", json!({"metrics": [rate, other], "measurementRetention": retention})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    let status = stage.status("run").await;
    let kept = |at: usize| status["metricResults"][at]["measurements"].as_array().map(Vec::len);
    assert_eq!((kept(0), kept(1)), (Some(2), Some(10)));
    assert!(stage.script.asked().iter().any(|line| line.ends_with("keep 2 of rate")));
}

#[tokio::test(start_paused = true)]
async fn a_slow_provider_delays_nobody_else() {
    let stage = Stage::start().await;
    stage.script.say("slow", [Late(Duration::from_secs(30), 1.0)]);
    for number in 0..40 {
        stage.run(&format!("slow-{number}"), json!({"metrics": [metric("slow", json!({}))]})).await;
    }
    let quick = metric("quick", json!({"interval": "2s", "count": 5}));
    stage.run("quick", json!({"metrics": [quick, metric("slow", json!({}))]})).await;
    stage.until("AnalysisRun", "quick", "Successful").await;
    let seconds = stage.script.seconds("quick");
    assert!(seconds.windows(2).all(|pair| pair[1] - pair[0] <= 3), "{seconds:?}");
    for number in 0..40 {
        stage.until("AnalysisRun", &format!("slow-{number}"), "Successful").await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_run_is_told() {
    let stage = Stage::start().await;
    stage.script.say("secret", [Refused("secrets \"none\" not found")]);
    let unresolved = metric("rate", json!({"provider": {"web": {"url": "http://{{args.host}}"}}}));
    let (twice, endless) = (metric("rate", json!({})), metric("rate", json!({"count": 2})));
    for (name, spec, told) in [
        ("none", json!({"metrics": []}), "Error - Analysis spec invalid: no metrics specified"),
        (
            "twice",
            json!({"metrics": [twice, twice]}),
            "Error - Analysis spec invalid: metrics[1]: duplicate name 'rate'",
        ),
        (
            "endless",
            json!({"metrics": [endless]}),
            "Error - Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
        ),
        (
            "argument",
            json!({"metrics": [unresolved]}),
            "Error - Unable to resolve metric arguments: failed to resolve {{args.host}}",
        ),
        (
            "rule",
            json!({"metrics": [twice], "dryRun": [{"metricName": "nope"}]}),
            "Error - Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
        ),
        (
            "secret",
            json!({"metrics": [metric("secret", json!({}))]}),
            "Error - Unable to resolve metric arguments: secrets \"none\" not found",
        ),
    ] {
        stage.run(name, spec).await;
        stage.until("AnalysisRun", name, told).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_counts_for_nothing() {
    let stage = Stage::start().await;
    stage.script.say("dry", [Number(0.0)]);
    let metrics = json!([metric("dry", json!({})), metric("real", json!({}))]);
    stage.run("run", json!({"metrics": metrics, "dryRun": [{"metricName": "dry"}]})).await;
    stage.until("AnalysisRun", "run", "Successful").await;
    let status = stage.status("run").await;
    assert_eq!(status["dryRunSummary"], json!({"count": 1, "failed": 1}));
    let dry = status["metricResults"].as_array().and_then(|results| results.iter().find(|it| it["name"] == "dry"));
    let dry = dry.cloned().unwrap_or_default();
    assert_eq!(
        (&dry["dryRun"], &dry["message"]),
        (&json!(true), &json!("Metric assessed Failed due to failed (1) > failureLimit (0)"))
    );
}
