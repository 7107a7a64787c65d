//! An application in Git comes up, heals, is updated, keeps a history and goes back.

use crate::stage::{At, Stage, URL, app_at, first_app, sync, text};
use git::{Change, MemoryGit};
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

const DEPLOYMENT: &str = include_str!("../../../../examples/first-app/repository/dev/deployment.yaml");
const SERVICE: &str = include_str!("../../../../examples/first-app/repository/dev/service.yaml");

const DEPLOYED: At<'_> = ["apps/v1", "Deployment", "myapp", "myapp-deployment"];
const SERVED: At<'_> = ["v1", "Service", "myapp", "myapp-service"];

/// The application of the first example, well, at the commit of that name.
async fn started() -> (Stage, MemoryGit, String) {
    let git = MemoryGit::new();
    let first = git.commit(URL, "main", "first", [("dev/deployment.yaml", DEPLOYMENT), ("dev/service.yaml", SERVICE)]);
    let stage = Stage::start(git.clone()).await;
    stage.create(first_app(URL)).await;
    stage.until_well("myapp").await;
    (stage, git, first.to_string())
}

fn with_image(tag: &str) -> [(&'static str, String); 1] {
    [("dev/deployment.yaml", DEPLOYMENT.replace(":1.0", tag))]
}

fn image(deployment: &Value) -> &str {
    text(deployment, "/spec/template/spec/containers/0/image")
}

/// The revisions of the history, oldest first.
fn revisions(app: &Value) -> Vec<&str> {
    let history = app.pointer("/status/history").and_then(Value::as_array);
    history.into_iter().flatten().map(|entry| text(entry, "/revision")).collect()
}

#[test]
fn the_example_is_what_is_to_be_proven() {
    let app = first_app(URL);
    let source = json!({"repoURL": URL, "targetRevision": "HEAD", "path": "dev"});
    let destination = json!({"server": "https://kubernetes.default.svc", "namespace": "myapp"});
    let policy = json!({"syncOptions": ["CreateNamespace=true"], "automated": {"selfHeal": true, "prune": true}});
    let wanted = json!({"project": "default", "source": source, "destination": destination, "syncPolicy": policy});
    assert_eq!(app["spec"], wanted);
    assert!(DEPLOYMENT.contains("image: nanajanashia/argocd-app:1.0") && DEPLOYMENT.contains("replicas: 2"));
    assert!(DEPLOYMENT.contains("app: myapp") && SERVICE.contains("port: 8080"));
}

#[tokio::test(start_paused = true)]
async fn it_comes_up_in_a_namespace_made_for_it() {
    let (stage, _, first) = started().await;
    let app = stage.get(app_at("myapp")).await;
    assert_eq!(text(&app, "/status/sync/revision"), first);
    assert!(!stage.get(["v1", "Namespace", "", "myapp"]).await.is_null());
    let deployed = stage.get(DEPLOYED).await;
    assert_eq!(deployed.pointer("/status/readyReplicas"), Some(&json!(2)));
    assert_eq!(image(&deployed), "nanajanashia/argocd-app:1.0");
    let pods = stage.kind("v1", "Pod", "myapp").list(&kube::api::ListParams::default().labels("app=myapp")).await;
    let is_ready = |pod: &kube::api::DynamicObject| {
        let conditions = pod.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|condition| text(condition, "/type") == "Ready" && text(condition, "/status") == "True")
    };
    assert_eq!(pods.expect("a list").items.iter().filter(|pod| is_ready(pod)).count(), 2);
    assert_eq!(stage.get(SERVED).await.pointer("/spec/ports/0/port"), Some(&json!(8080)));
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_by_hand_goes_back() {
    let (stage, _, _) = started().await;
    let deployments = stage.kind("apps/v1", "Deployment", "myapp");
    let four = Patch::Merge(json!({"spec": {"replicas": 4}}));
    let scale = deployments.patch_scale("myapp-deployment", &PatchParams::default(), &four).await.expect("scaled");
    assert_eq!(scale.spec.and_then(|spec| spec.replicas), Some(4));
    stage.until(DEPLOYED, "two again", |object| object.pointer("/spec/replicas") == Some(&json!(2))).await;

    let mut edited = deployments.get("myapp-deployment").await.expect("there");
    edited.data["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nanajanashia/argocd-app:9.9");
    deployments.replace("myapp-deployment", &PostParams::default(), &edited).await.expect("edited");
    stage.until(DEPLOYED, "as in Git", |object| image(object) == "nanajanashia/argocd-app:1.0").await;

    let uid = text(&stage.get(SERVED).await, "/metadata/uid").to_owned();
    stage.delete(SERVED).await;
    let is_new = |object: &Value| !object.is_null() && text(object, "/metadata/uid") != uid;
    stage.until(SERVED, "back", is_new).await;
    stage.until_well("myapp").await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_arrives_and_what_it_removes_is_pruned() {
    let (stage, git, _) = started().await;
    let seen = stage.sync_statuses("myapp").await;
    let newer = git.commit(URL, "main", "newer", with_image(":1.2")).to_string();
    let arrived = |app: &Value| sync(app) == "Synced" && text(app, "/status/sync/revision") == newer;
    stage.until(app_at("myapp"), "at the new commit", arrived).await;
    stage.until(DEPLOYED, "updated", |object| image(object) == "nanajanashia/argocd-app:1.2").await;
    stage.until_well("myapp").await;
    assert_eq!(*seen.lock().expect("no panic"), ["Synced", "OutOfSync", "Synced"]);
    git.commit(URL, "main", "without", [("dev/service.yaml", Change::Remove)]);
    stage.until(SERVED, "pruned", Value::is_null).await;
    stage.until_well("myapp").await;
    assert!(!stage.get(DEPLOYED).await.is_null());
}

#[tokio::test(start_paused = true)]
async fn history_lists_revisions_and_a_rollback_needs_automated_sync_off() {
    let (stage, git, first) = started().await;
    let newer = git.commit(URL, "main", "newer", with_image(":1.2")).to_string();
    let is_new = |app: &Value| revisions(app) == [&*first, &*newer];
    stage.until(app_at("myapp"), "deployed twice", is_new).await;
    let app = stage.until_well("myapp").await;
    assert_eq!(rollback(&app), Err(sync::RollbackError::Automated));
    assert_eq!(sync::RollbackError::Automated.to_string(), "rollback cannot be initiated when auto-sync is enabled");

    stage.patch(app_at("myapp"), json!({"spec": {"syncPolicy": {"automated": null}}})).await;
    let operation = rollback(&stage.get(app_at("myapp")).await).expect("automated sync is off");
    stage.patch(app_at("myapp"), json!({"operation": operation, "status": {"operationState": null}})).await;
    stage.until(DEPLOYED, "back", |object| image(object) == "nanajanashia/argocd-app:1.0").await;
    let app = stage.until(app_at("myapp"), "OutOfSync", |app| sync(app) == "OutOfSync").await;
    assert_eq!(text(&app, "/status/operationState/phase"), "Succeeded");
    assert_eq!(revisions(&app), [&*first, &*newer, &*first]);
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!(image(&stage.get(DEPLOYED).await), "nanajanashia/argocd-app:1.0", "it stays where it was put");
}

/// The operation that goes back to the first deployment, or why there is none.
fn rollback(app: &Value) -> Result<api::Operation, sync::RollbackError> {
    let object = object::Object::from_value(app).expect("an object");
    let application = api::Application::read(&object).expect("an application");
    sync::rollback(&sync::Rollback {
        application: "myapp",
        spec: &application.spec,
        history: &application.status.history,
        id: 0,
        prune: sync::Pruning::Keep,
        username: "me",
    })
}

#[tokio::test(start_paused = true)]
async fn deleting_it_with_its_finalizer_deletes_what_it_made() {
    let (stage, _, _) = started().await;
    let keep = json!({"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}});
    stage.patch(app_at("myapp"), keep).await;
    stage.delete(app_at("myapp")).await;
    stage.until(app_at("myapp"), "gone", Value::is_null).await;
    stage.until(DEPLOYED, "gone", Value::is_null).await;
    stage.until(SERVED, "gone", Value::is_null).await;
}
