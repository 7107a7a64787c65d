//! What an operation asks for makes a difference, and its state and the history say what came of it.

use crate::stage::{At, Stage, URL, app_at, application, config_map, sync, text};
use git::{Change, MemoryGit};
use serde_json::{Value, json};

/// An application that waits to be asked, in a namespace that is there.
async fn waiting(git: &MemoryGit) -> Stage {
    let stage = Stage::start(git.clone()).await;
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    let mut app = application("shop", "shop");
    app["spec"]["syncPolicy"] = json!(null);
    stage.create(app).await;
    stage
}

/// Runs an operation to its end, and gives the application.
async fn operate(stage: &Stage, operation: Value) -> Value {
    stage.patch(app_at("shop"), json!({"operation": operation, "status": {"operationState": null}})).await;
    let has_ended = |app: &Value| app.get("operation").is_none() && ended(app);
    stage.until(app_at("shop"), "through with its operation", has_ended).await
}

fn ended(app: &Value) -> bool {
    app.pointer("/status/operationState/finishedAt").is_some() && phase(app) != "Running"
}

fn phase(app: &Value) -> &str {
    text(app, "/status/operationState/phase")
}

/// What the operation says of the object of this name.
fn result<'v>(app: &'v Value, name: &str) -> &'v Value {
    let results = app.pointer("/status/operationState/syncResult/resources").and_then(Value::as_array);
    let found = results.into_iter().flatten().find(|result| text(result, "/name") == name);
    found.unwrap_or_else(|| panic!("nothing is said of {name}: {:#}", app["status"]["operationState"]))
}

fn map<'a>(name: &'a str) -> At<'a> {
    ["v1", "ConfigMap", "shop", name]
}

#[tokio::test(start_paused = true)]
async fn only_an_operation_that_prunes_deletes() {
    let git = MemoryGit::new();
    let files = [("shop/a.yaml", config_map("a", "1")), ("shop/b.yaml", config_map("b", "1"))];
    git.commit(URL, "main", "both", files);
    let stage = waiting(&git).await;
    operate(&stage, json!({"sync": {}})).await;
    git.commit(URL, "main", "one", [("shop/b.yaml", Change::Remove)]);
    let kept = operate(&stage, json!({"sync": {"prune": false}})).await;
    assert_eq!(text(result(&kept, "b"), "/message"), "ignored (requires pruning)");
    assert!(!stage.get(map("b")).await.is_null());
    let pruned = operate(&stage, json!({"sync": {"prune": true}})).await;
    assert_eq!(text(result(&pruned, "b"), "/message"), "pruned");
    assert!(stage.get(map("b")).await.is_null());
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_makes_nothing_and_is_no_deployment() {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1"))]);
    let stage = waiting(&git).await;
    let tried = operate(&stage, json!({"sync": {"dryRun": true}})).await;
    assert_eq!((phase(&tried), tried.pointer("/status/history")), ("Succeeded", None), "{:#}", tried["status"]);
    assert!(stage.get(map("a")).await.is_null());
    operate(&stage, json!({"sync": {"dryRun": false}})).await;
    assert!(!stage.get(map("a")).await.is_null());
}

#[tokio::test(start_paused = true)]
async fn the_options_are_those_of_the_operation() {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1"))]);
    let stage = waiting(&git).await;
    stage.patch(app_at("shop"), json!({"spec": {"destination": {"namespace": "made"}}})).await;
    let without = operate(&stage, json!({"sync": {}})).await;
    assert_eq!(phase(&without), "Failed");
    assert!(text(result(&without, "a"), "/message").contains("namespaces \"made\" not found"));
    let with = operate(&stage, json!({"sync": {"syncOptions": ["CreateNamespace=true"]}})).await;
    assert_eq!(phase(&with), "Succeeded");
    assert!(!stage.get(["v1", "ConfigMap", "made", "a"]).await.is_null());
}

/// A Deployment whose selector, which nobody may change, is of this version.
fn deployment(version: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 0
  selector:
    matchLabels: {{version: {version}}}
  template:
    metadata:
      labels: {{version: {version}}}
    spec:
      containers:
      - {{name: web, image: registry.example/web}}
"
    )
}

/// A strategy that does not force what cannot be changed fails; the same one that does makes it anew.
async fn forces(strategy: &str) {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/web.yaml", deployment("one"))]);
    let stage = waiting(&git).await;
    operate(&stage, json!({"sync": {}})).await;
    git.commit(URL, "main", "second", [("shop/web.yaml", deployment("two"))]);
    let refused = operate(&stage, json!({"sync": {"syncStrategy": {strategy: {}}}})).await;
    assert_eq!(phase(&refused), "Failed");
    assert!(text(result(&refused, "web"), "/message").contains("field is immutable"));
    let forced = operate(&stage, json!({"sync": {"syncStrategy": {strategy: {"force": true}}}})).await;
    assert_eq!(phase(&forced), "Succeeded", "{:#}", forced["status"]["operationState"]);
    let made = stage.get(["apps/v1", "Deployment", "shop", "web"]).await;
    assert_eq!(text(&made, "/spec/selector/matchLabels/version"), "two");
}

#[tokio::test(start_paused = true)]
async fn a_forced_apply_makes_anew_what_cannot_be_changed() {
    forces("apply").await;
}

#[tokio::test(start_paused = true)]
async fn a_forced_sync_with_hooks_makes_anew_what_cannot_be_changed() {
    forces("hook").await;
}

/// A hook that runs before the sync.
fn hook() -> String {
    let annotation = "metadata:\n  annotations: {argocd.argoproj.io/hook: PreSync}\n";
    config_map("before", "1").replace("metadata:\n", annotation)
}

#[tokio::test(start_paused = true)]
async fn the_state_and_the_history_say_what_was_done_when_and_for_whom() {
    let git = MemoryGit::new();
    let first = git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1")), ("shop/b.yaml", hook())]);
    let stage = waiting(&git).await;
    let options = json!(["CreateNamespace=true"]);
    let managed = json!({"labels": {"team": "shop"}, "annotations": {"note": "managed"}});
    let policy = json!({"syncOptions": options, "managedNamespaceMetadata": managed});
    stage.patch(app_at("shop"), json!({"spec": {"syncPolicy": policy}})).await;
    let initiator = json!({"username": "me"});
    let app = operate(&stage, json!({"sync": {"syncOptions": options}, "initiatedBy": initiator})).await;
    let state = &app["status"]["operationState"];
    assert_eq!((phase(&app), &state["operation"]["initiatedBy"]), ("Succeeded", &initiator));
    assert!(text(state, "/startedAt") < text(state, "/finishedAt"), "{state:#}");
    let source = &app["spec"]["source"];
    let done = &state["syncResult"];
    assert_eq!((text(done, "/revision"), &done["source"]), (&*first.to_string(), source));
    assert_eq!(done["managedNamespaceMetadata"], managed);
    let common =
        json!({"group": "", "version": "v1", "kind": "ConfigMap", "namespace": "shop", "hookPhase": "Succeeded"});
    let with = |own: Value| {
        let mut whole = common.clone();
        whole.as_object_mut().expect("an object").extend(own.as_object().expect("an object").clone());
        whole
    };
    let sync = json!({"name": "a", "status": "Synced", "message": "configmap/a created", "syncPhase": "Sync"});
    assert_eq!(*result(&app, "a"), with(sync));
    let hook = json!({"name": "before", "status": "Synced", "message": "configmap/before created", "syncPhase": "PreSync", "hookType": "PreSync"});
    assert_eq!(*result(&app, "before"), with(hook));
    let entry = json!({
        "id": 0, "revision": first.to_string(), "source": source, "initiatedBy": initiator,
        "deployStartedAt": state["startedAt"], "deployedAt": state["finishedAt"],
    });
    assert_eq!(app["status"]["history"], json!([entry]));
}

#[tokio::test(start_paused = true)]
async fn who_asked_for_an_automated_sync_is_the_controller() {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1"))]);
    let stage = Stage::start(git).await;
    stage.create(application("shop", "shop")).await;
    let app = stage.until_well("shop").await;
    assert_eq!(app["status"]["history"][0]["initiatedBy"], json!({"automated": true}));
}

#[tokio::test(start_paused = true)]
async fn several_sources_have_several_revisions() {
    let git = MemoryGit::new();
    let other = "file:///srv/git/other.git";
    let one = git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1"))]).to_string();
    let two = git.commit(other, "main", "first", [("more/b.yaml", config_map("b", "1"))]).to_string();
    let stage = Stage::start(git).await;
    let mut app = application("shop", "shop");
    let sources = json!([
        {"repoURL": URL, "path": "shop", "targetRevision": "HEAD"},
        {"repoURL": other, "path": "more", "targetRevision": "HEAD"},
    ]);
    app["spec"]["source"] = Value::Null;
    app["spec"]["sources"] = sources.clone();
    stage.create(app).await;
    let app = stage.until_well("shop").await;
    let revisions = json!([one, two]);
    let status = &app["status"];
    assert_eq!((sync(&app), &status["sync"]["revisions"]), ("Synced", &revisions));
    assert_eq!((&status["sync"]["comparedTo"]["sources"], status["sync"].get("revision")), (&sources, None));
    assert_eq!(status["sourceTypes"], json!(["Directory", "Directory"]));
    assert_eq!((&status["history"][0]["revisions"], &status["history"][0]["sources"]), (&revisions, &sources));
    let done = &status["operationState"]["syncResult"];
    assert_eq!((&done["revisions"], &done["sources"]), (&revisions, &sources));
}
