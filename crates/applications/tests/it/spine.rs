//! The five proof steps: an application comes up, heals, is updated, keeps a history and goes back.

use crate::stage::{Stage, automated, conditions, health, phase, sync, text};
use serde_json::{Value, json};
use std::time::Duration;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: myapp-deployment
  labels:
    app: myapp
spec:
  replicas: 2
  selector:
    matchLabels:
      app: myapp
  template:
    metadata:
      labels:
        app: myapp
    spec:
      containers:
      - name: myapp
        image: nanajanashia/argocd-app:1.0
        ports:
        - containerPort: 8080
"#;

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: myapp-service
spec:
  selector:
    app: myapp
  ports:
  - port: 8080
    protocol: TCP
    targetPort: 8080
"#;

async fn deployment(stage: &Stage) -> Value {
    stage.get("apps/v1", "Deployment", "myapp", "myapp-deployment").await.unwrap_or(Value::Null)
}

async fn started() -> (Stage, String) {
    let stage = Stage::start().await;
    let revision = stage.commit("first", [("dev/deployment.yaml", DEPLOYMENT), ("dev/service.yaml", SERVICE)]);
    stage.create(crate::stage::application("myapp", "dev", "myapp", automated())).await;
    (stage, revision)
}

#[tokio::test(start_paused = true)]
async fn it_becomes_synced_and_healthy() {
    let (stage, revision) = started().await;
    stage.until_well("myapp").await;
    let app = stage.app("myapp").await;
    assert_eq!(text(&app, "/status/sync/revision"), revision);
    assert_eq!(deployment(&stage).await.pointer("/status/readyReplicas"), Some(&json!(2)));
    assert!(stage.get("v1", "Namespace", "", "myapp").await.is_some(), "the namespace was made");
    assert_eq!(phase(&app), "Succeeded", "{app:#}");
    assert_eq!(conditions(&app), Vec::<String>::new());
    assert_eq!(app.pointer("/status/summary/images"), Some(&json!(["nanajanashia/argocd-app:1.0"])));
    assert_eq!(app.pointer("/status/history/0/revision"), Some(&json!(revision)));
}

#[tokio::test(start_paused = true)]
async fn changes_by_hand_are_undone_at_once() {
    let (stage, _) = started().await;
    stage.until_well("myapp").await;
    stage.patch("apps/v1", "Deployment", "myapp", "myapp-deployment", json!({"spec": {"replicas": 4}})).await;
    let replicas = || async { deployment(&stage).await.pointer("/spec/replicas") == Some(&json!(2)) };
    let repaired = stage.eventually("two replicas", replicas).await;
    assert!(repaired <= Duration::from_millis(300), "repaired after {repaired:?}");
    stage.until_well("myapp").await;

    stage.delete("v1", "Service", "myapp", "myapp-service").await;
    let is_back = || async { stage.get("v1", "Service", "myapp", "myapp-service").await.is_some() };
    let repaired = stage.eventually("the Service is back", is_back).await;
    assert!(repaired <= Duration::from_secs(3), "the second repair waits two seconds: {repaired:?}");
    stage.until_well("myapp").await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_arrives_and_what_it_removes_is_pruned() {
    let (stage, _) = started().await;
    stage.until_well("myapp").await;
    let seen = stage.sync_statuses("myapp").await;
    let newer = DEPLOYMENT.replace(":1.0", ":1.2");
    let revision = stage.commit("newer", [("dev/deployment.yaml", &*newer)]);
    stage
        .until("myapp", "at the new revision", |app| {
            sync(app) == "Synced" && text(app, "/status/sync/revision") == revision
        })
        .await;
    let image = "/spec/template/spec/containers/0/image";
    assert_eq!(deployment(&stage).await.pointer(image), Some(&json!("nanajanashia/argocd-app:1.2")));
    stage.until_well("myapp").await;
    assert_eq!(*seen.lock().expect("no panic"), ["Synced", "OutOfSync", "Synced"]);

    stage.remove("dev/service.yaml");
    let is_gone = || async { stage.get("v1", "Service", "myapp", "myapp-service").await.is_none() };
    stage.eventually("the Service is pruned", is_gone).await;
    stage.until_well("myapp").await;
    let app = stage.app("myapp").await;
    let results = app.pointer("/status/operationState/syncResult/resources").expect("results").to_string();
    assert!(results.contains(r#""message":"pruned""#), "{results}");
}

#[tokio::test(start_paused = true)]
async fn history_lists_revisions_and_a_rollback_goes_back() {
    let (stage, first) = started().await;
    stage.until_well("myapp").await;
    let newer = DEPLOYMENT.replace(":1.0", ":1.2");
    let second = stage.commit("newer", [("dev/deployment.yaml", &*newer)]);
    stage.until("myapp", "synced", |app| sync(app) == "Synced" && text(app, "/status/sync/revision") == second).await;
    stage.until_well("myapp").await;
    let app = stage.app("myapp").await;
    let history: Vec<(i64, &str)> = app["status"]["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|entry| (entry["id"].as_i64().expect("a number"), text(entry, "/revision")))
        .collect();
    assert_eq!(history, [(0, &*first), (1, &*second)]);

    stage.patch_app("myapp", json!({"spec": {"syncPolicy": {"automated": null}}})).await;
    let application =
        api::Application::read(&object::Object::from_value(&stage.app("myapp").await).expect("an object"))
            .expect("an application");
    let operation = sync::rollback(&sync::Rollback {
        application: "myapp",
        spec: &application.spec,
        history: &application.status.history,
        id: 0,
        prune: sync::Pruning::Keep,
        username: "me",
    })
    .expect("automated sync is off");
    stage.patch_app("myapp", json!({"operation": operation, "status": {"operationState": null}})).await;
    let is_back = |app: &Value| phase(app) == "Succeeded" && app.get("operation").is_none();
    stage.until("myapp", "rolled back", is_back).await;
    let image = "/spec/template/spec/containers/0/image";
    assert_eq!(deployment(&stage).await.pointer(image), Some(&json!("nanajanashia/argocd-app:1.0")));
    stage.until("myapp", "OutOfSync and Healthy", |app| sync(app) == "OutOfSync" && health(app) == "Healthy").await;
    let app = stage.app("myapp").await;
    assert_eq!(app.pointer("/status/history/2/revision"), Some(&json!(first)));
}
