//! Everything else an Application or its project can say: one timeline for each.

use crate::stage::{Stage, application, automated, conditions, config_map, health, manual, phase, sync, text};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

const API: &str = "argoproj.io/v1alpha1";

async fn change_project(stage: &Stage, spec: Value) {
    let is_there = || async { stage.get(API, "AppProject", "argocd", "default").await.is_some() };
    stage.eventually("the default project", is_there).await;
    stage.patch(API, "AppProject", "argocd", "default", json!({ "spec": spec })).await;
}

/// A window that is open at all times.
fn always(kind: &str) -> Value {
    json!({"syncWindows": [{"kind": kind, "schedule": "* * * * *", "duration": "1h", "applications": ["*"]}]})
}

fn annotated(manifest: &str, annotation: &str, value: &str) -> String {
    manifest.replace("metadata:\n", &format!("metadata:\n  annotations:\n    {annotation}: \"{value}\"\n"))
}

async fn operation(stage: &Stage, name: &str, sync: Value) {
    stage.patch_app(name, json!({"operation": {"sync": sync, "initiatedBy": {"username": "me"}}})).await;
}

async fn value_of(stage: &Stage, name: &str) -> String {
    let object = stage.get("v1", "ConfigMap", "shop", name).await.unwrap_or_default();
    text(&object, "/data/value").to_owned()
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  \
    selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      \
    containers:\n      - {name: web, image: \"nginx:1.27\"}\n";

#[tokio::test(start_paused = true)]
async fn a_window_holds_an_automated_sync_back_and_says_so() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    change_project(&stage, always("deny")).await;
    stage.application("shop", automated()).await;
    let says = "WaitingInfo: automated sync blocked by deny window '* * * * *' for 1h (UTC)";
    stage.until("shop", "held back", |app| conditions(app).iter().any(|told| told == says)).await;
    let before = stage.app("shop").await["metadata"]["resourceVersion"].clone();
    sleep(Duration::from_secs(600)).await;
    let app = stage.app("shop").await;
    assert_eq!((sync(&app), &app["metadata"]["resourceVersion"]), ("OutOfSync", &before), "waiting writes nothing");
    change_project(&stage, json!({"syncWindows": []})).await;
    stage.until_well("shop").await;
    assert_eq!(conditions(&stage.app("shop").await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_window_stops_an_operation_and_lets_it_go_on() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    change_project(&stage, always("deny")).await;
    stage.application("shop", manual()).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": ["CreateNamespace=true"]})).await;
    let is_held = |app: &Value| {
        phase(app) == "Running"
            && text(app, "/status/operationState/message").starts_with("Sync operation blocked by sync window")
    };
    stage.until("shop", "held", is_held).await;
    change_project(&stage, json!({"syncWindows": []})).await;
    stage.until("shop", "done", |app| phase(app) == "Succeeded").await;
}

#[tokio::test(start_paused = true)]
async fn an_application_waits_for_those_it_depends_on() {
    let stage = Stage::start().await;
    stage.commit("first", [("db/a.yaml", &*config_map("db", "1")), ("dev/a.yaml", &*config_map("web", "1"))]);
    let mut web = application("web", "dev", "shop", automated());
    web["metadata"]["annotations"] = json!({"capstan.dev/depends-on": "db"});
    stage.create(web).await;
    stage
        .until("web", "waiting", |app| {
            conditions(app).iter().any(|told| told.contains("argocd/db, which does not exist"))
        })
        .await;
    stage.create(application("db", "db", "shop", automated())).await;
    stage.until_well("web").await;
    assert_eq!(sync(&stage.app("db").await), "Synced");
}

#[tokio::test(start_paused = true)]
async fn a_circle_of_dependencies_is_reported() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    for (name, other) in [("one", "two"), ("two", "one")] {
        let mut app = application(name, "dev", "shop", automated());
        app["metadata"]["annotations"] = json!({"capstan.dev/depends-on": other});
        stage.create(app).await;
    }
    let told = |app: &Value| {
        conditions(app).iter().any(|told| told.contains("goes in a circle: argocd/one -> argocd/two -> argocd/one"))
    };
    stage.until("one", "in a circle", told).await;
}

#[tokio::test(start_paused = true)]
async fn hooks_of_deletion_run_before_and_after_and_go() {
    let stage = Stage::start().await;
    let hook = |name: &str, when: &str| annotated(&config_map(name, "1"), "argocd.argoproj.io/hook", when);
    let kept = annotated(&hook("kept", "PreDelete"), "argocd.argoproj.io/hook-delete-policy", "HookFailed").replacen(
        "  annotations:\n    argocd.argoproj.io/hook:",
        "    argocd.argoproj.io/hook:",
        1,
    );
    stage.commit(
        "first",
        [
            ("dev/a.yaml", &*config_map("a", "1")),
            ("dev/before.yaml", &*hook("before", "PreDelete")),
            ("dev/kept.yaml", &*kept),
            ("dev/after.yaml", &*hook("after", "PostDelete")),
        ],
    );
    let mut app = application("shop", "dev", "shop", automated());
    app["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    stage.create(app).await;
    stage.until_well("shop").await;
    let finalizers = stage.app("shop").await["metadata"]["finalizers"].clone();
    assert_eq!(
        finalizers,
        json!([
            "resources-finalizer.argocd.argoproj.io",
            "pre-delete-finalizer.argocd.argoproj.io",
            "pre-delete-finalizer.argocd.argoproj.io/cleanup",
            "post-delete-finalizer.argocd.argoproj.io",
            "post-delete-finalizer.argocd.argoproj.io/cleanup",
        ])
    );
    assert_eq!(stage.get("v1", "ConfigMap", "shop", "before").await, None, "no hook of deletion runs in a sync");
    stage.delete(API, "Application", "argocd", "shop").await;
    stage.eventually("the application is gone", || async { stage.app("shop").await.is_null() }).await;
    let mut left = stage.names("v1", "ConfigMap", "shop").await;
    left.retain(|name| name != "kube-root-ca.crt");
    assert_eq!(left, ["kept"], "what asks to be kept after success stays");
}

#[tokio::test(start_paused = true)]
async fn manifests_that_are_handed_in_are_synced_instead_of_the_sources() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "from Git"))]);
    stage.application("shop", manual()).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    let manifest =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"value": "local"}});
    operation(&stage, "shop", json!({"manifests": [manifest.to_string()], "syncOptions": ["CreateNamespace=true"]}))
        .await;
    stage.until("shop", "synced", |app| phase(app) == "Succeeded").await;
    assert_eq!(value_of(&stage, "a").await, "local");
    stage.until("shop", "OutOfSync with Git", |app| sync(app) == "OutOfSync").await;
}

#[tokio::test(start_paused = true)]
async fn the_result_names_the_images_that_were_synced() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/web.yaml", DEPLOYMENT)]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    let app = stage.app("shop").await;
    let results = app.pointer("/status/operationState/syncResult/resources").cloned().unwrap_or_default();
    let web = results.as_array().into_iter().flatten().find(|result| result["kind"] == "Deployment").cloned();
    assert_eq!(web.unwrap_or_default()["images"], json!(["nginx:1.27"]));
}

#[tokio::test(start_paused = true)]
async fn resources_that_nobody_declares_are_counted() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    change_project(
        &stage,
        json!({"orphanedResources": {"warn": true, "ignore": [{"kind": "ConfigMap", "name": "known-*"}]}}),
    )
    .await;
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    for name in ["stray", "known-stray"] {
        stage
            .create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}))
            .await;
    }
    let told = "OrphanedResourceWarning: Application has 1 orphaned resources";
    stage.until("shop", "warned", |app| conditions(app).iter().any(|own| own == told)).await;
    stage.delete("v1", "ConfigMap", "shop", "stray").await;
    stage.until("shop", "at peace", |app| conditions(app).is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn ignored_fields_keep_their_live_values_where_asked() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let mut app = application(
        "shop",
        "dev",
        "shop",
        json!({"syncOptions": ["CreateNamespace=true", "RespectIgnoreDifferences=true"]}),
    );
    app["spec"]["ignoreDifferences"] = json!([{"kind": "ConfigMap", "jqPathExpressions": [".data.value"]}]);
    stage.create(app).await;
    let options = json!(["CreateNamespace=true", "RespectIgnoreDifferences=true"]);
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": options})).await;
    stage.until_well("shop").await;
    stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
    let more = config_map("a", "2") + "  more: \"x\"\n";
    stage.commit("second", [("dev/a.yaml", &*more)]);
    stage.refresh("shop", "normal").await;
    stage.until("shop", "OutOfSync", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": options})).await;
    stage.until_well("shop").await;
    let object = stage.get("v1", "ConfigMap", "shop", "a").await.unwrap_or_default();
    assert_eq!((text(&object, "/data/value"), text(&object, "/data/more")), ("by hand", "x"));
}

#[tokio::test(start_paused = true)]
async fn rules_of_the_control_plane_hold_for_all_applications_at_once() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", manual()).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": ["CreateNamespace=true"]})).await;
    stage.until_well("shop").await;
    stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
    stage.until("shop", "drifted", |app| sync(app) == "OutOfSync").await;
    let data = json!({"resource.customizations.ignoreDifferences.ConfigMap": "jsonPointers:\n- /data/value\n"});
    stage.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "namespace": "argocd"}, "data": data})).await;
    stage.until_well("shop").await;
}

#[tokio::test(start_paused = true)]
async fn hooks_are_held_until_their_end_was_seen() {
    let stage = Stage::start().await;
    let hook = annotated(&config_map("migrate", "1"), "argocd.argoproj.io/hook", "PreSync");
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1")), ("dev/migrate.yaml", &*hook)]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    let hook = stage.get("v1", "ConfigMap", "shop", "migrate").await.unwrap_or_default();
    assert_eq!(hook.pointer("/metadata/finalizers"), None, "a hook that ended is let go");
    assert_eq!(text(&hook, "/data/value"), "1");
}

#[tokio::test(start_paused = true)]
async fn a_manifest_that_breaks_its_schema_fails_before_anything_is_written() {
    let stage = Stage::start().await;
    let broken = DEPLOYMENT.replace("  replicas: 1\n", "  replica: 1\n");
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1")), ("dev/web.yaml", &*broken)]);
    stage.application("shop", manual()).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": ["CreateNamespace=true"]})).await;
    stage.until("shop", "failed", |app| phase(app) == "Failed").await;
    let app = stage.app("shop").await;
    assert_eq!(text(&app, "/status/operationState/message"), "one or more objects failed to apply (dry run)");
    let results = app.pointer("/status/operationState/syncResult/resources").cloned().unwrap_or_default().to_string();
    assert!(results.contains(r#"unknown field \"spec.replica\""#), "{results}");
    assert_eq!(stage.get("v1", "ConfigMap", "shop", "a").await, None);
    operation(&stage, "shop", json!({"syncOptions": ["CreateNamespace=true", "Validate=false"]})).await;
    stage.until("shop", "synced", |app| phase(app) == "Succeeded").await;
}

#[tokio::test(start_paused = true)]
async fn the_server_may_be_asked_what_applying_would_give() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/web.yaml", DEPLOYMENT)]);
    let mut app =
        application("shop", "dev", "shop", json!({"syncOptions": ["CreateNamespace=true", "ServerSideApply=true"]}));
    app["metadata"]["annotations"] = json!({"argocd.argoproj.io/compare-options": "ServerSideDiff=true"});
    stage.create(app).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    operation(&stage, "shop", json!({"syncOptions": ["CreateNamespace=true", "ServerSideApply=true"]})).await;
    stage.until_well("shop").await;
    stage.patch("apps/v1", "Deployment", "shop", "web", json!({"spec": {"replicas": 2}})).await;
    stage.until("shop", "drifted", |app| sync(app) == "OutOfSync" && !health(app).is_empty()).await;
}
