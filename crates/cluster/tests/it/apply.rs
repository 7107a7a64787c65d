//! `kubectl apply` on the client's side.

use crate::setting::{Setting, config_map, to_config_map};
use cluster::{Change, ClusterError, Effect, ErrorClass, Manager, Part, PatchKind, WhenRefused, Written};
use object::Object;
use serde_json::{Value, json};

async fn apply(setting: &Setting, value: &Value) -> Result<Written, ClusterError> {
    apply_or(setting, value, WhenRefused::Fail).await
}

async fn apply_or(setting: &Setting, value: &Value, when_refused: WhenRefused) -> Result<Written, ClusterError> {
    let change = |desired| Change::ApplyClientSide { desired, manager: Manager("me".into()), when_refused };
    setting.write(value, change).await
}

fn deployment(containers: Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}}}})
}

#[tokio::test(start_paused = true)]
async fn what_was_applied_and_is_no_more_goes_and_the_rest_stays() {
    let setting = Setting::start().await;
    let first = apply(&setting, &config_map("c", json!({"kept": "1", "gone": "1"}))).await.expect("applied");
    assert_eq!(first.effect, Effect::Created);
    let foreign = json!({"data": {"foreign": "1"}});
    let patch = Change::Patch { kind: PatchKind::Merge, body: foreign, part: Part::Whole };
    setting.client.write(&to_config_map("c", patch)).await.expect("patched");
    let second = apply(&setting, &config_map("c", json!({"kept": "2"}))).await.expect("applied");
    assert_eq!((second.effect, second.warnings), (Effect::Configured, vec![]));
    let data = second.object.and_then(|object| object.get("/data"));
    assert_eq!(data, Some(json!({"kept": "2", "foreign": "1"})));
    let third = apply(&setting, &config_map("c", json!({"kept": "2"}))).await.expect("applied");
    assert_eq!(third.effect, Effect::Unchanged);
}

#[tokio::test(start_paused = true)]
async fn lists_merge_by_key_and_defaults_are_no_difference() {
    let setting = Setting::start().await;
    let two = json!([{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]);
    apply(&setting, &deployment(two.clone())).await.expect("applied");
    let again = apply(&setting, &deployment(two)).await.expect("applied");
    assert_eq!(again.effect, Effect::Unchanged, "the server's defaults are not ours to undo");
    let one = apply(&setting, &deployment(json!([{"name": "b", "image": "b:2"}]))).await.expect("applied");
    let containers = one.object.and_then(|object| object.get("/spec/template/spec/containers")).unwrap_or_default();
    let names: Vec<&Value> = containers.as_array().into_iter().flatten().map(|container| &container["name"]).collect();
    assert_eq!(names, [&json!("b")]);
}

#[tokio::test(start_paused = true)]
async fn an_object_made_in_another_way_is_taken_over_with_a_warning() {
    let setting = Setting::start().await;
    setting.create(config_map("c", json!({"a": "1"}))).await;
    let written = apply(&setting, &config_map("c", json!({"a": "2"}))).await.expect("applied");
    assert_eq!(written.effect, Effect::Configured);
    assert!(written.warnings[0].starts_with("Warning: resource configmaps/c is missing the kubectl.kubernetes.io/"));
    let next = apply(&setting, &config_map("c", json!({"a": "3"}))).await.expect("applied");
    assert_eq!(next.warnings, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_met_with_a_fresh_patch_a_bounded_number_of_times() {
    let setting = Setting::start().await;
    apply(&setting, &config_map("c", json!({"a": "1"}))).await.expect("applied");
    setting.trouble.refuse("patch", "configmaps", 3, 409, "Conflict");
    let written = apply(&setting, &config_map("c", json!({"a": "2"}))).await.expect("applied");
    assert_eq!(written.effect, Effect::Configured);
    setting.trouble.refuse("patch", "configmaps", 100, 409, "Conflict");
    let given_up = apply(&setting, &config_map("c", json!({"a": "3"}))).await;
    assert_eq!(given_up.map_err(|error| error.class), Err(ErrorClass::Conflict));
}

#[tokio::test(start_paused = true)]
async fn force_recreates_what_cannot_be_changed() {
    let setting = Setting::start().await;
    apply(&setting, &deployment(json!([{"name": "a", "image": "a:1"}]))).await.expect("applied");
    let mut moved = deployment(json!([{"name": "a", "image": "a:1"}]));
    moved["spec"]["selector"]["matchLabels"] = json!({"app": "other"});
    moved["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
    let refused = apply(&setting, &moved).await;
    assert_eq!(refused.map_err(|error| error.class), Err(ErrorClass::Invalid));
    let forced = apply_or(&setting, &moved, WhenRefused::Recreate).await.expect("recreated");
    assert_eq!(forced.effect, Effect::Replaced);
}

#[tokio::test(start_paused = true)]
async fn a_binding_to_another_role_is_made_anew() {
    let setting = Setting::start().await;
    let binding = |role: &str| {
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "b", "namespace": "shop"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role}, "subjects": []})
    };
    apply(&setting, &binding("view")).await.expect("applied");
    apply(&setting, &binding("edit")).await.expect("applied");
    let live = setting.live("RoleBinding", "b").await.expect("there");
    assert_eq!(live.get("/roleRef/name"), Some(json!("edit")));
}

#[tokio::test(start_paused = true)]
async fn an_unserved_kind_fails_in_kubectls_words() {
    let setting = Setting::start().await;
    let unserved = json!({"apiVersion": "no.such/v1", "kind": "Thing", "metadata": {"name": "x"}});
    let error = apply(&setting, &unserved).await.expect_err("no such kind");
    assert_eq!(error.to_string(), r#"no matches for kind "Thing" in version "no.such/v1""#);
    assert!(Object::from_value(&unserved).is_ok());
}
