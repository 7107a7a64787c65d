//! How it looks: wide and on a phone, light and dark. With `DASHBOARD_PICTURES` set to a folder the pictures are kept.

use super::buttons::served;
use crate::stage::{NAMESPACE, Stage, canary};
use browser::Browser;
use browser::check;
use cluster::Part;
use serde_json::{Value, json};
use std::path::PathBuf;

/// An analysis of a Rollout as its controller would have left it.
fn analysis(rollout: &Value) -> Value {
    let (uid, hash) = (&rollout["metadata"]["uid"], &rollout["status"]["currentPodHash"]);
    let measurement = |index: usize, value: f64| {
        let phase = if value >= 0.95 { "Successful" } else { "Failed" };
        let at = format!("2026-01-01T00:{index:02}:00Z");
        json!({"phase": phase, "value": format!("[{value}]"), "startedAt": at, "finishedAt": at})
    };
    let values = [0.991, 0.987, 0.993, 0.978, 0.962, 0.941, 0.969, 0.984, 0.99, 0.988];
    let measurements: Vec<Value> = values.iter().enumerate().map(|(index, value)| measurement(index, *value)).collect();
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
        "metadata": {"name": "checkout-2-success-rate", "annotations": {"rollout.argoproj.io/revision": "2"},
            "labels": {"rollouts-pod-template-hash": hash},
            "ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "checkout", "uid": uid, "controller": true}]},
        "spec": {"metrics": [{"name": "success-rate", "interval": "1m", "successCondition": "result[0] >= 0.95", "failureLimit": 3,
            "provider": {"prometheus": {"address": "http://prometheus", "query": "rate"}}}]},
        "status": {"phase": "Successful", "metricResults": [{"name": "success-rate", "phase": "Successful", "successful": 9, "failed": 1,
            "count": 10, "measurements": measurements}]},
    })
}

async fn furnish(stage: &Stage) {
    let mut checkout = canary("checkout");
    checkout["spec"]["replicas"] = json!(8);
    checkout["spec"]["strategy"]["canary"]["steps"] = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50},
        {"pause": {"duration": "10m"}}, {"setWeight": 75}, {"pause": {"duration": "30s"}}]);
    stage.create(checkout).await;
    for name in ["catalogue", "search-indexer"] {
        stage.create(canary(name)).await;
    }
    stage
        .create(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "active"},
        "spec": {"selector": {"app": "payments"}, "ports": [{"port": 80}]}}))
        .await;
    let mut payments = canary("payments");
    payments["spec"]["strategy"] = json!({"blueGreen": {"activeService": "active", "autoPromotionEnabled": false}});
    stage.create(payments).await;
    for name in ["checkout", "catalogue", "search-indexer", "payments"] {
        stage.until_phase(name, "Healthy").await;
    }
    let image = |image: &str| json!([{"name": "web", "image": image}]);
    for (name, tag) in
        [("checkout", "registry.example/shop/web:2.4.1"), ("search-indexer", "shop/web:3"), ("payments", "shop/web:2")]
    {
        let spec = json!({"spec": {"template": {"spec": {"containers": image(tag)}}}});
        stage.patch(name, Part::Whole, spec).await;
        stage.until_phase(name, "Paused").await;
    }
    stage.patch("search-indexer", Part::Status, json!({"status": {"abort": true}})).await;
    stage.until_phase("search-indexer", "Degraded").await;
    stage.create(analysis(&stage.rollout("checkout").await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_together_wide_and_narrow_light_and_dark() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    furnish(&stage).await;
    let served = served(&stage).await;
    let folder = std::env::var_os("DASHBOARD_PICTURES").map(PathBuf::from);
    let pages = [
        ("list", String::new(), "1 of 4 rollouts needs help."),
        ("canary", format!("rollout/{NAMESPACE}/checkout"), "success-rate"),
        ("aborted", format!("rollout/{NAMESPACE}/search-indexer"), "Retry"),
        ("blue-green", format!("rollout/{NAMESPACE}/payments"), "The preview is ready"),
    ];
    for (size, width, height, is_phone) in [("wide", 1280, 900, false), ("phone", 390, 844, true)] {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        browser.chrome("Emulation.setDeviceMetricsOverride", metrics).await;
        for colours in ["light", "dark"] {
            let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": colours}]});
            browser.chrome("Emulation.setEmulatedMedia", scheme).await;
            for (name, path, said) in &pages {
                browser.open(&format!("{}{path}", served.url())).await;
                browser.until_said(said).await;
                let shown = format!("{name}-{size}-{colours}");
                if let Some(folder) = &folder {
                    browser.picture(&folder.join(format!("{shown}.png"))).await;
                }
                check(&browser, &shown).await;
            }
        }
    }
}
