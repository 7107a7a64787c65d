//! From client-side to server-side apply: what kubectl, or another manager, set before is handed over, so that what the
//! manifest leaves out goes.

use crate::stage::{REPOSITORY, Stage, application, config_map, phase, text};
use cluster::{Change, Conflicts, Manager, Target, WhenRefused, Write};
use object::{Gvk, Object};
use serde_json::{Value, json};

const KUBECTL: &str = "kubectl-client-side-apply";

/// A ConfigMap with one value more than the manifest in Git, set by `manager` as `kubectl apply` does.
async fn applied_before(stage: &Stage, manager: &str) {
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    let desired = Object::from_value(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"},
        "data": {"value": "0", "left": "over"},
    }));
    let desired = desired.expect("an object");
    let (target, manager) = (Target::of(&desired), Manager(manager.into()));
    let change = Change::ApplyClientSide { desired, manager, when_refused: WhenRefused::Fail };
    stage.client.write(&Write::new(target, change)).await.expect("applied");
}

/// Syncs once with these options, and gives the object.
async fn synced(stage: &Stage, options: &[&str], annotations: Value) -> Value {
    stage.git.commit(REPOSITORY, "main", "first", [("dev/a.yaml", config_map("a", "1"))]);
    let policy = json!({"automated": {}, "syncOptions": options});
    let mut app = application("shop", "dev", "shop", policy);
    app["metadata"]["annotations"] = annotations;
    stage.create(app).await;
    stage.until("shop", "done", |app| phase(app) == "Succeeded").await;
    stage.get("v1", "ConfigMap", "shop", "a").await.expect("there")
}

fn managers(object: &Value) -> Vec<String> {
    let all = object.pointer("/metadata/managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
    all.iter().map(|entry| format!("{} {}", text(entry, "/manager"), text(entry, "/operation"))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_kubectl_applied_is_handed_over() {
    let stage = Stage::start().await;
    applied_before(&stage, KUBECTL).await;
    let object = synced(&stage, &["ServerSideApply=true"], json!({})).await;
    assert_eq!(object["data"], json!({"value": "1"}), "what the manifest leaves out is gone");
    assert_eq!(managers(&object), ["argocd-controller Apply"]);
}

#[tokio::test(start_paused = true)]
async fn it_stays_where_the_application_says_so() {
    let stage = Stage::start().await;
    applied_before(&stage, KUBECTL).await;
    let object = synced(&stage, &["ServerSideApply=true", "ClientSideApplyMigration=false"], json!({})).await;
    assert_eq!(object["data"], json!({"value": "1", "left": "over"}));
    assert!(managers(&object).contains(&format!("{KUBECTL} Update")), "{:?}", managers(&object));
    let app = stage.app("shop").await;
    assert!(crate::stage::conditions(&app).is_empty(), "the option is known");
}

#[tokio::test(start_paused = true)]
async fn another_manager_can_be_named() {
    for named in [None, Some("deployer")] {
        let stage = Stage::start().await;
        applied_before(&stage, "deployer").await;
        let annotations =
            named.map_or(json!({}), |name| json!({"argocd.argoproj.io/client-side-apply-migration-manager": name}));
        let object = synced(&stage, &["ServerSideApply=true"], annotations).await;
        assert_eq!(object["data"].get("left").is_none(), named.is_some(), "{named:?}: {:?}", managers(&object));
    }
}

#[tokio::test(start_paused = true)]
async fn what_applies_on_the_server_already_is_left_alone() {
    let stage = Stage::start().await;
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    let desired = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"},
        "data": {"value": "0", "left": "over"},
    });
    let desired = Object::from_value(&desired).expect("an object");
    let target = Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), "a");
    let change = Change::ApplyServerSide { desired, manager: Manager(KUBECTL.into()), conflicts: Conflicts::Refuse };
    stage.client.write(&Write::new(target, change)).await.expect("applied");
    let object = synced(&stage, &["ServerSideApply=true"], json!({})).await;
    assert_eq!(object["data"], json!({"value": "1", "left": "over"}));
}
