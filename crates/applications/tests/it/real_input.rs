//! Whole stories: applications of applications, and a migration by hooks that fails and is mended.

use crate::stage::{Stage, application, automated, config_map, health, manual, phase, sync, text};
use serde_json::{Value, json};
use std::fmt::Write as _;

const API: &str = "argoproj.io/v1alpha1";
const SERVICES: [&str; 3] = ["cart", "catalog", "payment"];

fn manifest(value: &Value) -> String {
    // JSON is YAML.
    value.to_string()
}

/// The parent `group`, whose directory holds an Application for each service.
async fn group(stage: &Stage) {
    for service in SERVICES {
        let mut child = application(service, &format!("services/{service}"), service, automated());
        child["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
        stage.commit(
            service,
            [
                (&*format!("group/{service}.yaml"), &*manifest(&child)),
                (&*format!("services/{service}/a.yaml"), &*config_map(service, "1")),
            ],
        );
    }
    parent(stage).await;
}

async fn parent(stage: &Stage) {
    let mut parent = application("group", "group", "argocd", automated());
    parent["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    stage.create(parent).await;
}

#[tokio::test(start_paused = true)]
async fn an_application_of_applications_is_deleted_and_made_again() {
    let stage = Stage::start().await;
    group(&stage).await;
    stage.until_well("group").await;
    for service in SERVICES {
        stage.until_well(service).await;
        assert_eq!(stage.names("v1", "ConfigMap", service).await.iter().filter(|name| *name == service).count(), 1);
    }
    let listed = stage.app("group").await["status"]["resources"].as_array().map_or(0, Vec::len);
    assert_eq!(listed, SERVICES.len());
    stage.delete(API, "Application", "argocd", "group").await;
    stage
        .eventually("gone with all below", || async { stage.names(API, "Application", "argocd").await.is_empty() })
        .await;
    for service in SERVICES {
        assert_eq!(stage.get("v1", "ConfigMap", service, service).await, None, "{service}");
    }
    parent(&stage).await;
    for service in SERVICES {
        stage.until_well(service).await;
        assert!(stage.get("v1", "ConfigMap", service, service).await.is_some(), "{service}");
    }
    stage.until_well("group").await;
}

#[tokio::test(start_paused = true)]
async fn a_parent_that_goes_without_its_finalizer_leaves_its_children() {
    let stage = Stage::start().await;
    group(&stage).await;
    stage.until_well("group").await;
    stage.patch_app("group", json!({"metadata": {"finalizers": null}})).await;
    stage.delete(API, "Application", "argocd", "group").await;
    stage.eventually("gone", || async { stage.app("group").await == Value::Null }).await;
    for service in SERVICES {
        stage.until_well(service).await;
    }
    // Made again, the parent takes them back as they are.
    let before: Vec<Value> = children(&stage).await;
    parent(&stage).await;
    stage.until_well("group").await;
    assert_eq!(children(&stage).await, before, "the children were made anew");
}

async fn children(stage: &Stage) -> Vec<Value> {
    let mut uids = Vec::new();
    for service in SERVICES {
        uids.push(stage.app(service).await["metadata"]["uid"].clone());
    }
    uids
}

/// A Job that runs at a stage of a sync, and exits with a code.
fn hook(name: &str, when: &str, exit: u8) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n    argocd.argoproj.io/hook: {when}\n\
         spec:\n  backoffLimit: 0\n  template:\n    metadata:\n      annotations:\n        \
         sim.capstan.dev/exit: \"{exit}\"\n        sim.capstan.dev/run: 5s\n    spec:\n      \
         restartPolicy: Never\n      containers:\n      - {{name: main, image: \"migrate:1\"}}\n"
    );
    text
}

fn results(app: &Value) -> Vec<String> {
    let all = app.pointer("/status/operationState/syncResult/resources").and_then(Value::as_array).cloned();
    let mut told: Vec<String> = all
        .unwrap_or_default()
        .iter()
        .map(|one| format!("{} {} {}", text(one, "/name"), text(one, "/syncPhase"), text(one, "/hookPhase")))
        .collect();
    told.sort();
    told
}

#[tokio::test(start_paused = true)]
async fn a_migration_by_hooks_fails_is_mended_and_goes_through() {
    let stage = Stage::start().await;
    stage.commit(
        "a migration that fails",
        [
            ("dev/a.yaml", &*config_map("web", "1")),
            ("dev/migrate.yaml", &*hook("migrate", "PreSync", 1)),
            ("dev/check.yaml", &*hook("check", "PostSync", 0)),
            ("dev/tell.yaml", &*hook("tell", "SyncFail", 0)),
        ],
    );
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    stage.application("shop", manual()).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    stage.patch_app("shop", json!({"operation": {"sync": {}, "retry": {"limit": 0}}})).await;
    stage.until("shop", "failed", |app| phase(app) == "Failed").await;
    let app = stage.app("shop").await;
    let told = text(&app, "/status/operationState/message");
    assert!(told.starts_with("one or more synchronization tasks completed unsuccessfully"), "{told}");
    let of_hooks: Vec<String> = results(&app).into_iter().filter(|one| !one.starts_with("shop ")).collect();
    assert_eq!(of_hooks, ["migrate PreSync Failed", "tell SyncFail Succeeded"], "{app:#}");
    assert_eq!(stage.get("v1", "ConfigMap", "shop", "web").await, None, "nothing of the sync itself was done");
    stage.commit("the migration works", [("dev/migrate.yaml", &*hook("migrate", "PreSync", 0))]);
    stage.refresh("shop", "normal").await;
    stage.patch_app("shop", json!({"operation": {"sync": {}}})).await;
    stage.until("shop", "done", |app| phase(app) == "Succeeded" && app.get("operation").is_none()).await;
    let app = stage.app("shop").await;
    let of_hooks: Vec<String> = results(&app).into_iter().filter(|one| !one.contains(" Sync ")).collect();
    assert_eq!(of_hooks, ["check PostSync Succeeded", "migrate PreSync Succeeded"]);
    stage.until_well("shop").await;
    assert_eq!(health(&stage.app("shop").await), "Healthy");
    let deployed = app["status"]["history"].as_array().map_or(0, Vec::len);
    assert_eq!(deployed, 1, "only what went through is history");
}

/// Upstream's controller as its manifests run it, as far as it can be told from here.
fn upstream() -> Value {
    let labels = json!({"app.kubernetes.io/name": "argocd-application-controller"});
    let container = json!({"name": "main", "image": "quay.io/argoproj/argocd:v3.5.1"});
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": {"name": "argocd-application-controller", "namespace": "argocd", "labels": labels},
        "spec": {
            "replicas": 1, "serviceName": "argocd-application-controller", "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    })
}

#[tokio::test(start_paused = true)]
async fn beside_upstreams_controller_this_one_stands_back_until_the_other_is_gone() {
    let stage = Stage::start().await;
    stage.create(upstream()).await;
    let running = || async {
        let set = stage.get("apps/v1", "StatefulSet", "argocd", "argocd-application-controller").await;
        set.unwrap_or_default()["status"]["readyReplicas"] == json!(1)
    };
    stage.eventually("upstream's controller runs", running).await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!(stage.app("shop").await.get("status"), None, "nothing is written beside the other");
    let view = stage.views.get(applications::NAME, "argocd/shop").expect("it was looked at");
    let told = format!("{view:?}");
    assert!(
        told.contains("upstream's controller runs beside (StatefulSet argocd/argocd-application-controller)"),
        "{told}"
    );
    let scaled = json!({"spec": {"replicas": 0}});
    stage.patch("apps/v1", "StatefulSet", "argocd", "argocd-application-controller", scaled).await;
    stage.until_well("shop").await;
}

#[tokio::test(start_paused = true)]
async fn a_change_reaches_each_environment_when_it_is_merged_there() {
    use crate::stage::{Peer, another_cluster};
    let stage = Stage::start().await;
    let (cluster, far) = another_cluster(&stage.clock).await;
    let server = "https://production.example.org:6443";
    stage.network.put(server, Peer::Cluster(cluster));
    stage
        .create(json!({
            "apiVersion": "v1", "kind": "Secret",
            "stringData": {"name": "production", "server": server, "config": "{\"bearerToken\": \"t0ken\"}"},
            "metadata": {"name": "production", "namespace": "argocd",
                "labels": {"argocd.argoproj.io/secret-type": "cluster"}},
        }))
        .await;
    let kustomization = |more: &str| format!("resources: [../../base]\n{more}");
    let base = ("base/kustomization.yaml", "resources: [web.yaml]\n");
    let web = |value: &str| config_map("web", value);
    let repository = crate::stage::REPOSITORY;
    for branch in ["main", "dev"] {
        stage.git.commit(
            repository,
            branch,
            "first",
            [
                (base.0, base.1),
                ("base/web.yaml", &*web("1")),
                ("overlays/staging/kustomization.yaml", &*kustomization("nameSuffix: -staging\n")),
                ("overlays/production/kustomization.yaml", &*kustomization("nameSuffix: -production\n")),
            ],
        );
    }
    for (name, path, branch, to) in [
        ("development", "base", "dev", json!({"name": "in-cluster", "namespace": "development"})),
        ("staging", "overlays/staging", "main", json!({"name": "in-cluster", "namespace": "staging"})),
        ("production", "overlays/production", "main", json!({"name": "production", "namespace": "production"})),
    ] {
        let mut app = application(name, path, name, automated());
        app["spec"]["source"]["targetRevision"] = json!(branch);
        app["spec"]["destination"] = to;
        stage.create(app).await;
        stage.until_well(name).await;
    }
    let value = |namespace: &'static str, name: &'static str| {
        let client = if namespace == "production" { &far } else { &stage.client };
        async move {
            let gvk = object::Gvk::new("", "v1", "ConfigMap");
            let found = client.get(&gvk, Some(namespace), name).await.expect("readable");
            found.map(|object| text(&object.value(), "/data/value").to_owned()).unwrap_or_default()
        }
    };
    stage.git.commit(repository, "dev", "a change", [("base/web.yaml", &*web("2"))]);
    stage.eventually("development has it", || async { value("development", "web").await == "2" }).await;
    for name in ["staging", "production"] {
        stage.refresh(name, "hard").await;
        stage.until_well(name).await;
    }
    assert_eq!(value("staging", "web-staging").await, "1", "it is merged nowhere yet");
    stage.git.commit(repository, "main", "merged", [("base/web.yaml", &*web("2"))]);
    stage.eventually("staging has it", || async { value("staging", "web-staging").await == "2" }).await;
    stage.eventually("production has it", || async { value("production", "web-production").await == "2" }).await;
}
