//! What lies in no commit of a source: charts of repositories and registries, values behind URLs, bases in other
//! repositories. Servers are on this machine, so that time is real here.

use crate::server::{Chart, Server};
use crate::stage::{REPOSITORY, Stage, application, automated, conditions, config_map, phase, sync, text};
use charts::{Charts, ChartsOptions, Timeouts};
use clock::{Clock, Offload};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-told\ndata:\n  \
    version: {{ .Chart.Version }}\n  color: {{ .Values.color }}\n";

/// A stage that fetches, from servers that must answer soon.
async fn stage(folder: &TempDir) -> Stage {
    let brief = Duration::from_millis(500);
    let timeouts = Timeouts { connect: brief, idle: brief, total: Duration::from_secs(30) };
    let options = ChartsOptions { timeouts, ..ChartsOptions::in_folder(folder.path()) };
    let charts = Charts::new(options, &Clock::system(), Offload::Inline).expect("a folder");
    Stage::start_fetching(charts).await
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn web(version: &str, more: &[(&str, &str)]) -> Chart {
    let mut files = vec![("templates/a.yaml", TEMPLATE), ("values.yaml", "color: red\n")];
    files.extend(more);
    Chart::pack("web", version, &files)
}

/// An application of one chart.
fn of_chart(name: &str, repo: &str, version: &str) -> Value {
    let mut app = application(name, "", "shop", automated());
    app["spec"]["source"] = json!({"repoURL": repo, "chart": "web", "targetRevision": version});
    app
}

async fn secret(stage: &Stage, name: &str, kind: &str, values: Value) {
    let metadata = json!({"name": name, "namespace": "argocd", "labels": {"argocd.argoproj.io/secret-type": kind}});
    stage.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values})).await;
}

async fn settings(stage: &Stage, data: Value) {
    let metadata = json!({"name": "argocd-cm", "namespace": "argocd"});
    stage.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
}

async fn data(stage: &Stage, name: &str) -> Value {
    let found = stage.get("v1", "ConfigMap", "shop", name).await.unwrap_or_default();
    found.get("data").cloned().unwrap_or_default()
}

fn revision(app: &Value) -> &str {
    text(app, "/status/sync/revision")
}

#[tokio::test]
async fn a_chart_follows_the_newest_version_that_fits() {
    let (folder, server) = (folder(), Server::start().await);
    server.charts("/charts", &[web("1.0.0", &[]), web("1.1.0", &[]), web("2.0.0", &[])]);
    let stage = stage(&folder).await;
    let template = json!({"url": server.url("/"), "type": "helm", "username": "me", "password": "hunter2"});
    secret(&stage, "all-of-this-server", "repo-creds", template).await;
    stage.create(of_chart("web", &server.url("/charts"), "^1.0.0")).await;
    stage.until_well("web").await;
    let app = stage.app("web").await;
    assert_eq!((revision(&app), text(&app, "/status/sourceType")), ("1.1.0", "Helm"));
    assert_eq!(conditions(&app), [] as [&str; 0], "nothing is left out, so nothing is warned of");
    assert_eq!(data(&stage, "web-told").await, json!({"version": "1.1.0", "color": "red"}));
    assert!(server.seen().iter().all(|request| request.authorization == "Basic bWU6aHVudGVyMg=="));

    server.charts("/charts", &[web("1.0.0", &[]), web("1.1.0", &[]), web("1.2.0", &[]), web("2.0.0", &[])]);
    stage.refresh("web", "normal").await;
    stage.until("web", "at the newest", |app| revision(app) == "1.2.0" && sync(app) == "Synced").await;
    assert_eq!(data(&stage, "web-told").await["version"], "1.2.0");

    let asked = server.seen().len();
    stage.create(of_chart("pinned", &server.url("/charts"), "1.2.0")).await;
    stage.until_well("pinned").await;
    let more = server.seen().len() - asked;
    stage.refresh("pinned", "normal").await;
    assert_eq!(server.seen().len() - asked, more, "what never changes is not asked for again");
    stage.refresh("pinned", "hard").await;
    assert!(server.seen().len() - asked > more, "but when everything is wanted anew");
}

#[tokio::test]
async fn a_chart_of_a_registry_takes_values_of_its_own_and_of_another_repository() {
    const VALUES: &str = "file:///srv/git/values.git";
    let (folder, server) = (folder(), Server::start().await);
    server.registry("team/web", &[web("1.0.0", &[]), web("1.1.0", &[("values-dev.yaml", "color: grey\n")])]);
    let stage = stage(&folder).await;
    let host = server.url("").replace("http://", "");
    let registry = json!({"url": format!("{host}/team"), "type": "helm", "enableOCI": "true",
        "insecureOCIForceHttp": "true", "username": "me", "password": "hunter2"});
    secret(&stage, "registry", "repository", registry).await;
    stage.git.commit(VALUES, "main", "values", [("env/web.yaml", "color: green\n")]);
    let mut app = of_chart("web", "", "");
    let spec = app["spec"].as_object_mut().expect("a spec");
    spec.remove("source");
    let chart = json!({"repoURL": format!("{host}/team"), "chart": "web", "targetRevision": "~1.1",
        "helm": {"valueFiles": ["values-dev.yaml", "$values/env/web.yaml"]}});
    spec.insert("sources".into(), json!([chart, {"repoURL": VALUES, "targetRevision": "main", "ref": "values"}]));
    stage.create(app).await;
    stage.until_well("web").await;
    assert_eq!(data(&stage, "web-told").await, json!({"version": "1.1.0", "color": "green"}));
    let first = stage.app("web").await.pointer("/status/sync/revisions/0").cloned();
    assert_eq!(first, Some(json!("1.1.0")));

    let values = stage.git.commit(VALUES, "main", "values", [("env/web.yaml", "{}\n")]).to_string();
    stage
        .until("web", "with its own values", |app| {
            text(app, "/status/sync/revisions/1") == values && sync(app) == "Synced" && phase(app) == "Succeeded"
        })
        .await;
    stage.eventually("grey", || async { data(&stage, "web-told").await["color"] == "grey" }).await;
}

#[tokio::test]
async fn dependencies_are_fetched_at_the_versions_of_the_lock() {
    let (folder, server) = (folder(), Server::start().await);
    server.charts("/charts", &[web("1.0.0", &[]), web("1.1.0", &[])]);
    let stage = stage(&folder).await;
    let declared = json!({"url": server.url("/charts"), "type": "helm", "name": "shelf"});
    secret(&stage, "shelf", "repository", declared).await;
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: web, version: ^1.0.0, repository: '@shelf'}\n";
    let lock = "dependencies:\n- {name: web, version: 1.0.0, repository: x}\ndigest: sha256:00\n";
    stage.commit("chart", [("dev/Chart.yaml", chart), ("dev/Chart.lock", lock)]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    assert_eq!(data(&stage, "shop-told").await["version"], "1.0.0");
    stage.remove("dev/Chart.lock");
    stage.eventually("the newest", || async { data(&stage, "shop-told").await["version"] == "1.1.0" }).await;
}

#[tokio::test]
async fn values_behind_an_address_are_fetched_where_somebody_has_declared_its_host() {
    let (folder, server) = (folder(), Server::start().await);
    server.put("/values.yaml", "color: blue\n");
    let stage = stage(&folder).await;
    stage.commit(
        "chart",
        [("dev/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"), ("dev/templates/a.yaml", TEMPLATE)],
    );
    let mut app = application("web", "dev", "shop", automated());
    app["spec"]["source"]["helm"] = json!({"valueFiles": [server.url("/values.yaml?token=secret")]});
    stage.create(app).await;
    let told = |app: &Value| conditions(app).iter().any(|text| text.contains("address of a private network"));
    stage.until("web", "refused", told).await;
    assert!(!conditions(&stage.app("web").await).join(" ").contains("secret"));
    assert!(server.seen().is_empty(), "the network behind the control plane is nobody's to ask");

    secret(&stage, "values", "repository", json!({"url": server.url("/"), "type": "helm"})).await;
    stage.until_well("web").await;
    assert_eq!(data(&stage, "web-told").await["color"], "blue");
    server.put("/values.yaml", "color: green\n");
    stage.refresh("web", "normal").await;
    stage.eventually("green", || async { data(&stage, "web-told").await["color"] == "green" }).await;

    settings(&stage, json!({"helm.valuesFileSchemes": "https"})).await;
    let told = |app: &Value| conditions(app).iter().any(|text| text.contains("scheme 'http' is not allowed"));
    stage.until("web", "told of the setting", told).await;
}

#[tokio::test]
async fn bases_in_other_repositories_are_fetched_and_followed() {
    const BASES: &str = "https://git.example/org/bases";
    const INNER: &str = "https://git.example/org/inner";
    let folder = folder();
    let stage = stage(&folder).await;
    stage.git.commit(
        INNER,
        "main",
        "inner",
        [("kustomization.yaml", "resources: [b.yaml]\n"), ("b.yaml", &*config_map("b", "1"))],
    );
    let outer = format!("resources: [a.yaml, '{INNER}//?ref=main']\n");
    stage.git.commit(
        BASES,
        "main",
        "bases",
        [("app/kustomization.yaml", &*outer), ("app/a.yaml", &*config_map("a", "1"))],
    );
    stage.commit(
        "overlay",
        [("dev/kustomization.yaml", &*format!("namePrefix: x-\nresources: ['{BASES}//app?ref=main']\n"))],
    );
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    assert_eq!((data(&stage, "x-a").await, data(&stage, "x-b").await), (json!({"value": "1"}), json!({"value": "1"})));
    stage.git.commit(INNER, "main", "inner", [("b.yaml", &*config_map("b", "2"))]);
    stage.refresh("shop", "normal").await;
    stage
        .eventually("the inner base reaches the cluster", || async { data(&stage, "x-b").await["value"] == "2" })
        .await;

    let round = format!("resources: ['{BASES}//app?ref=main']\n");
    stage.git.commit(INNER, "main", "round", [("kustomization.yaml", &*round)]);
    stage.refresh("shop", "normal").await;
    stage
        .until("shop", "told of the circle", |app| conditions(app).iter().any(|text| text.contains("cycle detected")))
        .await;
}

#[tokio::test]
async fn a_dead_host_of_charts_holds_up_nobody_else() {
    let (folder, dead, server) = (folder(), Server::start().await, Server::start().await);
    dead.silence();
    server.charts("/charts", &[web("1.0.0", &[])]);
    let stage = stage(&folder).await;
    for number in 0..30 {
        stage.create(of_chart(&format!("dead-{number}"), &dead.url("/charts"), &format!("~1.{number}"))).await;
    }
    stage.create(of_chart("web", &server.url("/charts"), "1.0.0")).await;
    stage.commit("plain", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("plain", automated()).await;
    stage.until_well("web").await;
    stage.until_well("plain").await;
    dead.charts("/charts", &[web("1.0.0", &[])]);
    dead.speak();
    stage.until_well("dead-0").await;
}

#[tokio::test]
async fn settings_of_the_control_plane_hold_as_soon_as_they_are_written() {
    let folder = folder();
    let stage = stage(&folder).await;
    stage.commit(
        "overlay",
        [("shared/a.yaml", &*config_map("a", "1")), ("dev/kustomization.yaml", "resources: [../shared/a.yaml]\n")],
    );
    stage.application("shop", automated()).await;
    let told = |words: &'static str| move |app: &Value| conditions(app).iter().any(|text| text.contains(words));
    stage.until("shop", "refused", told("is not in or below")).await;
    settings(&stage, json!({"kustomize.buildOptions": "--load-restrictor LoadRestrictionsNone"})).await;
    stage.until_well("shop").await;
    let write = async |data: Value| stage.patch("v1", "ConfigMap", "argocd", "argocd-cm", json!({"data": data})).await;
    write(json!({"kustomize.buildOptions": "--enable-exec"})).await;
    stage.until("shop", "refused", told("kustomize.buildOptions: --enable-exec runs programs")).await;
    write(json!({"kustomize.buildOptions": null, "kustomize.path.v4": "/bin/kustomize"})).await;
    let version = json!({"spec": {"source": {"kustomize": {"version": "v4"}}}});
    stage.patch_app("shop", version).await;
    stage.until("shop", "refused", told("kustomize.path.v4 names a program")).await;
    write(json!({"kustomize.path.v4": null, "kustomize.buildOptions.v4": "--load-restrictor=LoadRestrictionsNone"}))
        .await;
    stage.until_well("shop").await;
    write(json!({"kustomize.enable": "false"})).await;
    stage.until("shop", "a directory", told("not a Kubernetes object")).await;
    assert_eq!(REPOSITORY, text(&stage.app("shop").await, "/spec/source/repoURL"));
}
