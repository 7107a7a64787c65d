//! What dashboards read: upstream's names, and a dashboard of our own that asks for nothing else.

use crate::stage::{Stage, automated, config_map, sync};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DASHBOARD: &str = include_str!("../../../../deploy/grafana/applications.json");

/// The names of metrics in a query: words that begin as upstream's do.
fn names(query: &str) -> BTreeSet<String> {
    let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("argocd_")).map(str::to_owned).collect()
}

fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| queries(item, found)),
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "expr" || key == "query" => found.push(text.clone()),
                    other => queries(other, found),
                }
            }
        }
        _ => {}
    }
}

async fn exposition() -> String {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let is_there = || async { stage.get("argoproj.io/v1alpha1", "AppProject", "argocd", "default").await.is_some() };
    stage.eventually("the default project", is_there).await;
    let spec = json!({"spec": {"orphanedResources": {}}});
    stage.patch("argoproj.io/v1alpha1", "AppProject", "argocd", "default", spec).await;
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    stage.until("shop", "settled", |app| sync(app) == "Synced" && app.get("operation").is_none()).await;
    let is_counted = || async { stage.measured.exposition(&stage.metrics).contains("argocd_app_sync_total{") };
    stage.eventually("the sync is counted", is_counted).await;
    stage.measured.exposition(&stage.metrics)
}

#[tokio::test(start_paused = true)]
async fn every_metric_of_the_dashboard_is_served_with_its_labels() {
    let text = exposition().await;
    let served: BTreeSet<&str> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('{').next()).collect();
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let mut all = Vec::new();
    queries(&dashboard, &mut all);
    let asked: BTreeSet<String> = all.iter().flat_map(|query| names(query)).collect();
    assert!(asked.len() >= 12, "{asked:?}");
    // What counts errors and orphans has no line while there are none.
    let may_be_silent = ["argocd_app_condition"];
    for name in &asked {
        let is_declared =
            text.contains(&format!("# TYPE {}", name.trim_end_matches("_bucket").trim_end_matches("_count")));
        assert!(
            served.contains(name.as_str()) || (may_be_silent.contains(&name.as_str()) && is_declared),
            "{name}: {text}"
        );
    }
    for wanted in [
        "argocd_app_reconcile_bucket{namespace=\"argocd\",dest_server=\"https://kubernetes.default.svc\",le=\"16\"}",
        "argocd_app_sync_duration_seconds_total{namespace=\"argocd\",name=\"shop\",project=\"default\",",
        "argocd_app_orphaned_resources_count{namespace=\"argocd\",name=\"shop\",project=\"default\"}",
        "argocd_cluster_info{server=\"https://kubernetes.default.svc\",k8s_version=\"1.",
        "verb=\"Patch\",resource_kind=\"applications\",resource_namespace=\"argocd\",dry_run=\"false\"}",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn bounds_are_cumulative_and_end_with_all() {
    let text = exposition().await;
    let counts: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("argocd_app_reconcile_bucket{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
        .collect();
    assert_eq!(counts.len(), 8);
    assert!(counts.is_sorted(), "{counts:?}");
}
