//! Every kind of change, and every way its precondition can fail.

use crate::setting::{Setting, config_map, to_config_map};
use cluster::{
    Change, Conflicts, DryRun, Effect, ErrorClass, Manager, Part, PatchKind, Precondition, Propagation, Target, Write,
};
use object::Object;
use serde_json::{Value, json};

fn merge(body: Value) -> Change {
    Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole }
}

fn server_side(desired: &Value, manager: &str, conflicts: Conflicts) -> Write {
    let desired = Object::from_value(desired).expect("an object");
    let change = Change::ApplyServerSide { desired: desired.clone(), manager: Manager(manager.into()), conflicts };
    Write::new(Target::of(&desired), change)
}

fn version(object: &Object) -> Precondition {
    Precondition { uid: None, resource_version: Some(object.meta().resource_version.clone()) }
}

fn other_object() -> Precondition {
    Precondition { uid: Some("11111111-1111-1111-1111-111111111111".into()), resource_version: None }
}

/// The class of failure of each kind of change under `only_if`.
async fn refusals(setting: &Setting, only_if: &Precondition) -> Vec<(&'static str, Result<Effect, ErrorClass>)> {
    let json_patch = json!([{"op": "add", "path": "/data", "value": {"a": "3"}}]);
    let desired = Object::from_value(&config_map("c", json!({"a": "3"}))).expect("an object");
    let changes = [
        merge(json!({"data": {"a": "3"}})),
        Change::Patch { kind: PatchKind::Strategic, body: json!({"data": {"a": "3"}}), part: Part::Whole },
        Change::Patch { kind: PatchKind::Json, body: json_patch, part: Part::Whole },
        Change::Update(desired.clone()),
        Change::ApplyClientSide {
            desired: desired.clone(),
            manager: Manager("me".into()),
            when_refused: cluster::WhenRefused::Fail,
        },
        Change::ApplyServerSide { desired, manager: Manager("me".into()), conflicts: Conflicts::Force },
        Change::Delete(Propagation::Background),
    ];
    let mut outcomes = Vec::new();
    for change in changes {
        let verb = change.verb();
        let write = to_config_map("c", change).only_if(only_if.clone());
        let outcome = setting.client.write(&write).await;
        outcomes.push((verb, outcome.map(|written| written.effect).map_err(|error| error.class)));
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_to_an_object_that_has_changed() {
    let setting = Setting::start().await;
    let old = setting.create(config_map("c", json!({"a": "1"}))).await;
    setting.client.write(&to_config_map("c", merge(json!({"data": {"a": "2"}})))).await.expect("changed");
    for (verb, outcome) in refusals(&setting, &version(&old)).await {
        assert_eq!(outcome, Err(ErrorClass::Conflict), "{verb}");
    }
    assert_eq!(setting.live("ConfigMap", "c").await.and_then(|live| live.get("/data/a")), Some(json!("2")));
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_to_another_object_of_the_name() {
    let setting = Setting::start().await;
    setting.create(config_map("c", json!({"a": "1"}))).await;
    for (verb, outcome) in refusals(&setting, &other_object()).await {
        assert_eq!(outcome, Err(ErrorClass::Conflict), "{verb}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_that_fails_is_a_conflict_and_a_wrong_value_is_not() {
    let setting = Setting::start().await;
    setting.create(config_map("c", json!({"a": "1"}))).await;
    let patch = |body| to_config_map("c", Change::Patch { kind: PatchKind::Json, body, part: Part::Whole });
    let class = |outcome: Result<cluster::Written, cluster::ClusterError>| outcome.err().map(|error| error.class);
    let tested = json!([{"op": "test", "path": "/data/a", "value": "9"}, {"op": "remove", "path": "/data/a"}]);
    assert_eq!(class(setting.client.write(&patch(tested)).await), Some(ErrorClass::Conflict));
    let wrong = json!([{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/b", "value": 7}]);
    assert_eq!(class(setting.client.write(&patch(wrong)).await), Some(ErrorClass::Invalid));
}

#[tokio::test(start_paused = true)]
async fn creating_twice_and_deleting_twice_say_so() {
    let setting = Setting::start().await;
    setting.create(config_map("c", json!({}))).await;
    let again = setting.write(&config_map("c", json!({})), Change::Create).await;
    assert_eq!(again.map_err(|error| error.class), Err(ErrorClass::AlreadyExists));
    let delete = to_config_map("c", Change::Delete(Propagation::Background));
    let effect = |written: Result<cluster::Written, _>| written.map(|written| (written.effect, written.object));
    assert_eq!(effect(setting.client.write(&delete).await), Ok((Effect::Deleted, None)));
    assert_eq!(effect(setting.client.write(&delete).await), Ok((Effect::AlreadyGone, None)));
}

#[tokio::test(start_paused = true)]
async fn an_object_whose_deletion_waits_is_given_back() {
    let setting = Setting::start().await;
    let mut held = config_map("c", json!({}));
    held["metadata"]["finalizers"] = json!(["example.com/hold"]);
    setting.create(held).await;
    let delete = to_config_map("c", Change::Delete(Propagation::Foreground));
    let written = setting.client.write(&delete).await.expect("deleted");
    assert!(written.object.is_some_and(|object| object.meta().is_terminating()));
}

#[tokio::test(start_paused = true)]
async fn trials_change_nothing() {
    let setting = Setting::start().await;
    for dry_run in [DryRun::Server, DryRun::Client] {
        let object = Object::from_value(&config_map("c", json!({}))).expect("an object");
        let write = to_config_map("c", Change::Create(object)).dry_run(dry_run);
        assert_eq!(setting.client.write(&write).await.map(|written| written.effect), Ok(Effect::Created));
        assert_eq!(setting.live("ConfigMap", "c").await, None, "{dry_run:?}");
    }
    let unserved = json!({"apiVersion": "no.such/v1", "kind": "Thing", "metadata": {"name": "x"}});
    let object = Object::from_value(&unserved).expect("an object");
    let write = Write::new(Target::of(&object), Change::Create(object)).dry_run(DryRun::Client);
    assert_eq!(setting.client.write(&write).await.map_err(|error| error.class), Err(ErrorClass::UnknownKind));
}

#[tokio::test(start_paused = true)]
async fn replacing_puts_the_manifest_in_place_of_the_object() {
    let setting = Setting::start().await;
    let replace = |data| async { setting.write(&config_map("c", data), Change::Replace).await.map(|done| done.effect) };
    assert_eq!(replace(json!({"a": "1", "b": "1"})).await, Ok(Effect::Created));
    assert_eq!(replace(json!({"a": "2"})).await, Ok(Effect::Replaced));
    let live = setting.live("ConfigMap", "c").await.expect("there");
    assert_eq!(live.get("/data"), Some(json!({"a": "2"})));
    let again = setting.write(&config_map("c", json!({"a": "2"})), Change::Recreate).await.expect("recreated");
    assert_eq!(again.effect, Effect::Replaced);
    assert_ne!(again.object.map(|object| object.meta().uid.clone()), Some(live.meta().uid.clone()));
}

#[tokio::test(start_paused = true)]
async fn a_recreation_does_not_wait_for_finalizers_for_ever() {
    let setting = Setting::start().await;
    let mut held = config_map("c", json!({}));
    held["metadata"]["finalizers"] = json!(["example.com/hold"]);
    setting.create(held).await;
    let recreated = setting.write(&config_map("c", json!({})), Change::Recreate).await;
    assert_eq!(recreated.map_err(|error| error.class), Err(ErrorClass::Conflict));
}

#[tokio::test(start_paused = true)]
async fn server_side_apply_respects_owners_unless_forced() {
    let setting = Setting::start().await;
    let apply =
        |value: &str, manager: &str, conflicts| server_side(&config_map("c", json!({"a": value})), manager, conflicts);
    let effect = |outcome: Result<cluster::Written, cluster::ClusterError>| {
        outcome.map(|written| written.effect).map_err(|error| error.class)
    };
    let mine = setting.client.write(&apply("1", "one", Conflicts::Refuse)).await;
    assert_eq!(effect(mine), Ok(Effect::ServerSideApplied));
    let refused = setting.client.write(&apply("2", "two", Conflicts::Refuse)).await;
    assert_eq!(effect(refused), Err(ErrorClass::Conflict));
    let forced = setting.client.write(&apply("2", "two", Conflicts::Force)).await;
    assert_eq!(effect(forced), Ok(Effect::ServerSideApplied));
}
