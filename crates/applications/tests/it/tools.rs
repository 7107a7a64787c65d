//! Charts, kustomizations and files of other sources, from a repository to objects in the cluster.

use crate::stage::{REPOSITORY, Stage, application, automated, conditions, config_map, sync, text};
use serde_json::{Value, json};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-told\ndata:\n  \
    color: {{ .Values.color }}\n  namespace: {{ .Release.Namespace }}\n  cluster: {{ .Capabilities.KubeVersion.Minor | quote }}\n  \
    has: {{ .Capabilities.APIVersions.Has \"argoproj.io/v1alpha1/Application\" | quote }}\n";

async fn data(stage: &Stage, name: &str) -> Value {
    let found = stage.get("v1", "ConfigMap", "shop", name).await.unwrap_or_default();
    found.get("data").cloned().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_chart_is_told_of_its_application_and_its_cluster() {
    let stage = Stage::start().await;
    stage.commit(
        "chart",
        [("dev/Chart.yaml", CHART), ("dev/templates/a.yaml", TEMPLATE), ("dev/values.yaml", "color: red\n")],
    );
    let mut app = application("web", "dev", "shop", automated());
    app["spec"]["source"]["helm"] = json!({"parameters": [{"name": "color", "value": "$ARGOCD_APP_NAME-blue"}]});
    stage.create(app).await;
    stage.until_well("web").await;
    let served = stage.client.served().await.expect("kinds").cluster_version.clone();
    let minor = served.split('.').nth(1).expect("a version").to_owned();
    let told = json!({"color": "web-blue", "namespace": "shop", "cluster": minor, "has": "true"});
    assert_eq!(data(&stage, "web-told").await, told);
    let app = stage.app("web").await;
    assert_eq!(text(&app, "/status/sourceType"), "Helm");
    assert_eq!(conditions(&app), [] as [&str; 0], "nothing is left out, so nothing is warned of");
}

#[tokio::test(start_paused = true)]
async fn a_kustomization_is_built_with_the_applications_options() {
    let stage = Stage::start().await;
    stage.commit(
        "overlay",
        [
            ("base/kustomization.yaml", "resources: [a.yaml]\n"),
            ("base/a.yaml", &*config_map("a", "1")),
            ("dev/kustomization.yaml", "resources: [../base]\nnameSuffix: -dev\n"),
        ],
    );
    let mut app = application("web", "dev", "shop", automated());
    app["spec"]["source"]["kustomize"] =
        json!({"namePrefix": "x-", "commonLabels": {"team": "$ARGOCD_APP_PROJECT_NAME"}});
    stage.create(app).await;
    stage.until_well("web").await;
    let made = stage.get("v1", "ConfigMap", "shop", "x-a-dev").await.expect("made");
    assert_eq!(text(&made, "/metadata/labels/team"), "default");
    let app = stage.app("web").await;
    assert_eq!(text(&app, "/status/sourceType"), "Kustomize");
    assert_eq!(conditions(&app), [] as [&str; 0], "nothing is left out, so nothing is warned of");
    let before = stage.counters.renders();
    stage.commit("base", [("base/a.yaml", &*config_map("a", "2"))]);
    stage
        .eventually("the base reaches the cluster", || async { data(&stage, "x-a-dev").await == json!({"value": "2"}) })
        .await;
    stage.until_well("web").await;
    assert_eq!(stage.counters.renders() - before, 1);
}

#[tokio::test(start_paused = true)]
async fn values_of_another_repository_reach_a_chart() {
    const VALUES: &str = "file:///srv/git/values.git";
    let stage = Stage::start().await;
    stage.commit("chart", [("dev/Chart.yaml", CHART), ("dev/templates/a.yaml", TEMPLATE)]);
    let of_values = |color: &str| {
        let text = format!("color: {color}\n");
        stage.git.commit(VALUES, "main", "values", [("env/shop.yaml", text.as_str())]).to_string()
    };
    let first = of_values("green");
    let mut app = application("web", "dev", "shop", automated());
    let spec = app["spec"].as_object_mut().expect("a spec");
    spec.remove("source");
    let chart = json!({"repoURL": REPOSITORY, "path": "dev", "helm": {"valueFiles": ["$values/env/shop.yaml"]}});
    spec.insert("sources".into(), json!([chart, {"repoURL": VALUES, "targetRevision": "main", "ref": "values"}]));
    stage.create(app).await;
    stage.until_well("web").await;
    assert_eq!(data(&stage, "web-told").await["color"], "green");
    assert_eq!(text(&stage.app("web").await, "/status/sync/revisions/1"), first);
    let second = of_values("pink");
    stage
        .eventually("the new values reach the cluster", || async { data(&stage, "web-told").await["color"] == "pink" })
        .await;
    let is_there = |app: &Value| text(app, "/status/sync/revisions/1") == second && sync(app) == "Synced";
    stage.until("web", "at the new values", is_there).await;
    // What touches none of the files it reads gives it a new name, and no render.
    let before = stage.counters.renders();
    let third = stage.git.commit(VALUES, "main", "other", [("env/other.yaml", "color: x\n")]).to_string();
    stage.until("web", "renamed", |app| text(app, "/status/sync/revisions/1") == third).await;
    assert_eq!(stage.counters.renders(), before);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_chart_is_said_on_its_application_only() {
    let stage = Stage::start().await;
    stage.commit(
        "charts",
        [("dev/Chart.yaml", CHART), ("dev/templates/a.yaml", TEMPLATE), ("good/a.yaml", &*config_map("good", "1"))],
    );
    stage.create(application("good", "good", "shop", automated())).await;
    let mut app = application("bad", "dev", "shop", automated());
    app["spec"]["source"]["helm"] = json!({"valueFiles": ["../../secret.yaml"]});
    stage.create(app).await;
    stage.until_well("good").await;
    let says = |app: &Value| conditions(app).iter().any(|told| told.contains("resolved to outside repository root"));
    stage.until("bad", "a ComparisonError", says).await;
    let plugin = json!({"spec": {"source": {"helm": null, "plugin": {"name": "mine"}}}});
    stage.patch_app("bad", plugin).await;
    let says = |app: &Value| conditions(app).iter().any(|told| told.contains("plugin \"mine\" is not run"));
    stage.until("bad", "told that plugins are not run", says).await;
}
