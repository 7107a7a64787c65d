//! What a control plane rules for all: health in Lua, projects that others inherit from, namespaces of Applications, and
//! as whom objects are written.

use crate::stage::{Stage, application, automated, conditions, config_map, health, manual, phase, sync, text};
use applications::Settings;
use applications::impersonation::Impersonation;
use embedded::{Admission, AdmissionRequest, ApiError};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

const API: &str = "argoproj.io/v1alpha1";

async fn config(stage: &Stage, data: Value) {
    let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": {"name": "argocd-cm", "namespace": "argocd"}});
    stage.create(value).await;
}

async fn project(stage: &Stage, name: &str, labels: Value, spec: Value) {
    let value = json!({"apiVersion": API, "kind": "AppProject", "spec": spec,
        "metadata": {"name": name, "namespace": "argocd", "labels": labels}});
    stage.create(value).await;
}

#[tokio::test(start_paused = true)]
async fn health_scripts_of_the_config_map_judge_at_once_and_anew_when_they_change() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    let script = "if obj.data.value == '2' then return {status = 'Healthy'} end\n\
                  return {status = 'Degraded', message = 'value is ' .. obj.data.value}";
    config(&stage, json!({"resource.customizations.health.ConfigMap": script})).await;
    stage.until("shop", "Degraded", |app| health(app) == "Degraded").await;
    stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    stage.until("shop", "Healthy", |app| health(app) == "Healthy" && sync(app) == "Synced").await;
    let broken = json!({"data": {"resource.customizations.health.ConfigMap": "return obj.nothing.here"}});
    stage.patch("v1", "ConfigMap", "argocd", "argocd-cm", broken).await;
    let told = |app: &Value| {
        conditions(app).iter().any(|told| {
            told.starts_with("ComparisonError: error setting app health")
                && told.contains("health.lua: line 1: attempt to index field 'nothing' (a nil value)")
        })
    };
    stage.until("shop", "told of the script", told).await;
}

#[tokio::test(start_paused = true)]
async fn projects_inherit_from_global_ones_as_long_as_their_labels_say_so() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let everything = json!({"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]});
    project(&stage, "base", json!({}), everything).await;
    project(&stage, "team", json!({"tier": "one"}), json!({})).await;
    let mut app = application("shop", "dev", "shop", json!({"automated": {}}));
    app["spec"]["project"] = json!("team");
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    stage.create(app).await;
    let refused = |app: &Value| conditions(app).iter().any(|told| told.contains("is not permitted in project 'team'"));
    stage.until("shop", "refused", refused).await;
    let global = "- projectName: base\n  labelSelector: {matchLabels: {tier: one}}\n";
    config(&stage, json!({"globalProjects": global})).await;
    stage.until_well("shop").await;
    assert_eq!(conditions(&stage.app("shop").await), Vec::<String>::new());
    // What the global project says from now on holds for its heirs at once.
    stage.patch(API, "AppProject", "argocd", "base", json!({"spec": {"sourceRepos": ["https://other"]}})).await;
    stage.until("shop", "refused again", refused).await;
}

#[tokio::test(start_paused = true)]
async fn applications_live_in_other_namespaces_where_both_sides_want_it() {
    let settings = Settings { application_namespaces: vec!["team-*".to_owned()], ..Settings::default() };
    let stage = Stage::start_with(settings).await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    for namespace in ["team-a", "other"] {
        stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})).await;
        let mut app = application("shop", "dev", &format!("{namespace}-live"), automated());
        app["metadata"]["namespace"] = json!(namespace);
        stage.create(app).await;
    }
    let of = |namespace: &'static str| {
        let stage = &stage;
        async move { stage.get(API, "Application", namespace, "shop").await.unwrap_or_default() }
    };
    let refusal =
        "InvalidSpecError: application 'shop' in namespace 'team-a' is not permitted to use project 'default'";
    stage
        .eventually("refused by the project", || async {
            conditions(&of("team-a").await).iter().any(|told| told == refusal)
        })
        .await;
    stage.patch(API, "AppProject", "argocd", "default", json!({"spec": {"sourceNamespaces": ["team-*"]}})).await;
    stage.eventually("synced", || async { sync(&of("team-a").await) == "Synced" }).await;
    let live = stage.get("v1", "ConfigMap", "team-a-live", "a").await.unwrap_or_default();
    let mark = text(&live, "/metadata/annotations/argocd.argoproj.io~1tracking-id");
    assert_eq!(mark, "team-a_shop:/ConfigMap:team-a-live/a");
    // Nobody deals with the other one, so nothing is said of it either.
    assert_eq!(of("other").await.get("status"), None);
}

/// Notes who writes ConfigMaps of one namespace.
#[derive(Default)]
struct Writers(Mutex<BTreeSet<String>>);

impl Admission for Writers {
    fn validate(&self, request: &AdmissionRequest<'_>, _object: &Value) -> Result<(), ApiError> {
        if request.namespace == "shop" && &*request.resource.resource == "configmaps" {
            self.0.lock().expect("no panic").insert(request.user.to_owned());
        }
        Ok(())
    }
}

/// Gives the account of the case its rights.
async fn grant(stage: &Stage) {
    let rbac = "rbac.authorization.k8s.io/v1";
    let meta = json!({"name": "deployer", "namespace": "shop"});
    let rule = json!({"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]});
    stage.create(json!({"apiVersion": rbac, "kind": "Role", "metadata": meta, "rules": [rule]})).await;
    let subject = json!({"kind": "ServiceAccount", "name": "deployer", "namespace": "shop"});
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "deployer"});
    let binding = json!({"apiVersion": rbac, "kind": "RoleBinding", "metadata": meta, "roleRef": role,
        "subjects": [subject]});
    stage.create(binding).await;
}

#[tokio::test(start_paused = true)]
async fn objects_are_written_as_the_projects_service_account() {
    let settings = Settings { impersonation: Impersonation::Enforced, ..Settings::default() };
    let stage = Stage::start_with(settings).await;
    let writers = Arc::new(Writers::default());
    stage.cluster.service().add_admission(writers.clone());
    config(&stage, json!({"application.sync.impersonation.enabled": "true"})).await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    let mut app = application("shop", "dev", "shop", manual());
    app["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    stage.create(app).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    stage.patch_app("shop", json!({"operation": {"sync": {}}})).await;
    let refused = "failed to find a matching service account to impersonate: no matching service account found for \
                   destination server https://kubernetes.default.svc and namespace shop";
    stage
        .until("shop", "refused", |app| phase(app) == "Error" && text(app, "/status/operationState/message") == refused)
        .await;
    let accounts = json!([{"server": "*", "namespace": "shop", "defaultServiceAccount": "deployer"}]);
    let spec = json!({"spec": {"destinationServiceAccounts": accounts}});
    stage.patch(API, "AppProject", "argocd", "default", spec).await;
    stage.patch_app("shop", json!({"operation": {"sync": {}}})).await;
    // The account may do nothing yet, whatever the controller may.
    let forbidden = "User \"system:serviceaccount:shop:deployer\" cannot";
    stage.until("shop", "forbidden", |app| text(app, "/status/operationState/message").contains(forbidden)).await;
    grant(&stage).await;
    stage.patch_app("shop", json!({"operation": {"sync": {}}})).await;
    stage.until_well("shop").await;
    stage.delete(API, "Application", "argocd", "shop").await;
    stage.eventually("gone", || async { stage.app("shop").await == Value::Null }).await;
    let writers: Vec<String> = writers.0.lock().expect("no panic").iter().cloned().collect();
    // The controllers of Kubernetes write kube-root-ca.crt; none of ours but in the account's name.
    let ours: Vec<&String> = writers.iter().filter(|user| !user.contains("kube-controller-manager")).collect();
    assert_eq!(ours, ["system:serviceaccount:shop:deployer"]);
}
