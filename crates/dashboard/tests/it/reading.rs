//! What the API tells, in upstream's names and shapes.

use crate::stage::{Stage, canary};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn version_and_namespaces() {
    let stage = Stage::simulated().await;
    let version = stage.read("/rollouts/api/v1/version").await;
    assert!(version["rolloutsVersion"].as_str().expect("text").ends_with("+capstan"), "{version}");
    assert_eq!(stage.read("/rollouts/api/v1/namespace").await, json!({"namespace": "shop"}));
    assert_eq!(stage.read("/rollouts/api/v1/rollouts/shop/info").await, json!({}));
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let namespaces = stage.read("/rollouts/api/v1/namespace").await;
    assert_eq!(namespaces, json!({"namespace": "shop", "availableNamespaces": ["shop"]}));
    assert_eq!(stage.read("/rollouts/api/v1/rollouts/elsewhere/info").await, json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_paused_canary_is_told_whole() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let info = stage.read("/rollouts/api/v1/rollouts/shop/web/info").await;
    let rollout = stage.rollout("web").await;
    for key in ["name", "namespace", "uid", "generation", "resourceVersion", "creationTimestamp", "annotations"] {
        assert_eq!(info["objectMeta"][key], rollout["metadata"][key], "{key}");
    }
    let mut told = info.clone();
    for below in ["objectMeta", "replicaSets"] {
        told.as_object_mut().expect("an object").remove(below);
    }
    let expected = json!({
        "status": "Paused", "message": "CanaryPauseStep", "icon": "॥", "strategy": "Canary",
        "step": "1/4", "setWeight": "25", "actualWeight": "25", "generation": "2", "restartedAt": "Never",
        "ready": 4, "current": 4, "desired": 4, "updated": 1, "available": 4,
        "steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}],
        "containers": [{"name": "web", "image": "shop/web:2"}],
    });
    assert_eq!(told, expected);
    let sets = info["replicaSets"].as_array().expect("sets");
    let said =
        |set: &Value| [set["revision"].clone(), set["canary"].clone(), set["stable"].clone(), set["images"].clone()];
    assert_eq!(said(&sets[0]), [json!(2), json!(true), Value::Null, json!(["shop/web:2"])]);
    assert_eq!(said(&sets[1]), [json!(1), Value::Null, json!(true), json!(["shop/web:1"])]);
    let pods = sets[1]["pods"].as_array().expect("pods");
    assert_eq!(pods.len(), 3);
    for pod in pods {
        assert_eq!((&pod["status"], &pod["icon"], &pod["ready"]), (&json!("Running"), &json!("✔"), &json!("1/1")));
        assert!(pod["objectMeta"]["uid"].is_string() && pod.get("restarts").is_none(), "{pod}");
    }
    let listed = stage.read("/rollouts/api/v1/rollouts/shop/info").await;
    assert_eq!(listed, json!({ "rollouts": [info] }), "without experiments and analyses lists tell the same");
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_told_as_go_prints_times() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    assert_eq!(stage.ask("PUT", "/rollouts/api/v1/rollouts/shop/web/restart", "{}").await.status, 200);
    stage.until("web", "restarted", |rollout| rollout["status"]["restartedAt"].is_string()).await;
    stage.until_phase("web", "Healthy").await;
    let info = stage.read("/rollouts/api/v1/rollouts/shop/web/info").await;
    let at = info["restartedAt"].as_str().expect("text");
    assert!(at.starts_with("2026-01-01 00:") && at.ends_with(" +0000 UTC"), "{at}");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_told_in_the_gateways_shape() {
    let stage = Stage::simulated().await;
    let missing = stage.ask("GET", "/rollouts/api/v1/rollouts/shop/none/info", "").await;
    assert_eq!((missing.status.as_u16(), missing.header("content-type")), (404, "application/json"));
    assert_eq!(missing.json().await, json!({"code": 5, "message": "rollouts.argoproj.io \"none\" not found"}));
    let missing = stage.ask("GET", "/rollouts/api/v1/rollouts/shop/none/info/watch", "").await;
    assert_eq!(missing.status, 404);
    let nowhere = stage.ask("GET", "/rollouts/api/v2/anything", "").await;
    assert_eq!(nowhere.status, 404);
    assert_eq!(nowhere.json().await, json!({"code": 5, "message": "Not Found"}));
}

#[tokio::test(start_paused = true)]
async fn another_root_is_served_and_none_too() {
    let mut stage = Stage::simulated().await;
    for (root, base) in [("", ""), ("a/b", "/a/b"), ("/rollouts/", "/rollouts")] {
        stage.router = stage.router_with(|options| options.root = root.to_owned());
        assert_eq!(stage.ask("GET", &format!("{base}/api/v1/version"), "").await.status, 200, "{root:?}");
        assert_eq!(stage.ask("GET", &format!("{base}/"), "").await.status, 200, "{root:?}");
    }
}
