//! An application's health from its resources'.

use api::HealthStatusCode;
use health::{ApplicationHealth, Health, HealthStatusCode::*, NoOverrides, Override, Overrides, Resource, aggregate};
use object::{Fetched, Key, Object};
use serde_json::{Value, json};

fn object(kind: &str, name: &str, more: Value) -> Object {
    let (api_version, kind) = kind.rsplit_once('/').expect("version/Kind");
    let mut value = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "ns"}});
    for (key, more) in more.as_object().into_iter().flatten() {
        match value.get_mut(key).and_then(Value::as_object_mut) {
            Some(map) => map.extend(more.as_object().cloned().unwrap_or_default()),
            None => value[key] = more.clone(),
        }
    }
    Object::from_value(&value).expect("an object")
}

fn deployment(name: &str, status: HealthStatusCode) -> Object {
    let more = match status {
        Healthy => json!({}),
        Progressing => json!({"status": {"replicas": 1}}),
        Suspended => json!({"spec": {"paused": true}}),
        _ => json!({"status": {"conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]}}),
    };
    object("apps/v1/Deployment", name, more)
}

fn run(objects: &[(Option<&Object>, Fetched<&Object>)], overrides: &dyn Overrides) -> ApplicationHealth {
    let keys: Vec<Key> =
        objects.iter().map(|(desired, live)| desired.or(live.known().copied()).expect("one side").key()).collect();
    let resources: Vec<Resource<'_>> = objects
        .iter()
        .zip(&keys)
        .map(|((desired, live), key)| Resource { key, desired: *desired, live: live.clone() })
        .collect();
    let application = Key::new("argoproj.io", "Application", Some("ns"), "self");
    aggregate(&resources, &application, overrides)
}

fn of_live(objects: &[&Object]) -> (HealthStatusCode, String) {
    let pairs: Vec<_> = objects.iter().map(|live| (None, Fetched::Known(*live))).collect();
    let Health { status, message } = run(&pairs, &NoOverrides).health;
    (status, message)
}

#[test]
fn the_worst_resource_decides_and_is_named() {
    let all =
        [deployment("a", Healthy), deployment("b", Suspended), deployment("c", Progressing), deployment("d", Degraded)];
    let all: Vec<&Object> = all.iter().collect();
    assert_eq!(of_live(&all[..1]), (Healthy, String::new()));
    assert_eq!(of_live(&all[..2]), (Suspended, "Caused by apps/Deployment:ns/b".to_owned()));
    assert_eq!(of_live(&all[..3]), (Progressing, "Caused by apps/Deployment:ns/c".to_owned()));
    assert_eq!(of_live(&all), (Degraded, "Caused by apps/Deployment:ns/d".to_owned()));
}

#[test]
fn at_most_three_causes_are_named() {
    let objects: Vec<Object> = ["a", "b", "c", "d", "e"].iter().map(|name| deployment(name, Degraded)).collect();
    let all: Vec<&Object> = objects.iter().collect();
    let message = "Caused by apps/Deployment:ns/a, apps/Deployment:ns/b, apps/Deployment:ns/c and 2 more";
    assert_eq!(of_live(&all), (Degraded, message.to_owned()));
}

#[test]
fn a_missing_resource_does_not_worsen_the_application() {
    let (there, missing) = (deployment("a", Healthy), deployment("b", Healthy));
    let health = run(&[(Some(&there), Fetched::Known(&there)), (Some(&missing), Fetched::Absent)], &NoOverrides);
    assert_eq!(health.health, Health::new(Healthy, ""));
    assert_eq!(health.resources[1], Some(Health::new(Missing, "")));
}

#[test]
fn an_application_of_which_nothing_is_there_is_missing() {
    let missing = deployment("b", Healthy);
    assert_eq!(run(&[(Some(&missing), Fetched::Absent)], &NoOverrides).health, Health::new(Missing, ""));
    assert_eq!(run(&[], &NoOverrides).health, Health::new(Healthy, ""));
}

#[test]
fn what_could_not_be_read_is_not_missing() {
    let desired = deployment("b", Healthy);
    let health = run(&[(Some(&desired), Fetched::Unknown("no answer".to_owned()))], &NoOverrides);
    assert_eq!((health.health.status, &health.resources[0]), (Healthy, &None));
}

#[test]
fn a_resource_without_a_check_contributes_nothing() {
    let map = object("v1/ConfigMap", "a", json!({}));
    let health = run(&[(Some(&map), Fetched::Known(&map))], &NoOverrides);
    assert_eq!((health.health, health.resources), (Health::new(Healthy, ""), vec![None]));
}

#[test]
fn hooks_skipped_and_exempt_resources_do_not_count() {
    let marked = |annotation: &str, value: &str| {
        let more = json!({"spec": {"paused": true}});
        let mut value_ = object("apps/v1/Deployment", "a", more).value();
        value_["metadata"]["annotations"] = json!({annotation: value});
        Object::from_value(&value_).expect("an object")
    };
    for (annotation, value) in [
        ("argocd.argoproj.io/hook", "PreSync"),
        ("helm.sh/hook", "test"),
        ("argocd.argoproj.io/ignore-healthcheck", "true"),
    ] {
        assert_eq!(of_live(&[&marked(annotation, value)]), (Healthy, String::new()), "{annotation}");
    }
    let skipped = marked("argocd.argoproj.io/hook", "Skip");
    assert_eq!(run(&[(Some(&skipped), Fetched::Known(&skipped))], &NoOverrides).health.status, Healthy);
}

/// Says of every object what its label `health` says.
struct ByLabel;

impl Overrides for ByLabel {
    fn health(&self, live: &Object) -> Result<Override, String> {
        match live.meta().labels.get("health").map(|label| &**label) {
            Some("broken") => Err("attempt to index a nil value".to_owned()),
            Some(word) => Ok(HealthStatusCode::parse(word)
                .map_or(Override::SaysNothing, |status| Override::Says(Health::new(status, "said so")))),
            None => Ok(Override::None),
        }
    }
}

fn labelled(kind: &str, name: &str, word: &str) -> Object {
    object(kind, name, json!({"metadata": {"labels": {"health": word}}}))
}

#[test]
fn overrides_go_before_the_built_in_rule() {
    let deployment = labelled("apps/v1/Deployment", "a", "Degraded");
    let health = run(&[(None, Fetched::Known(&deployment))], &ByLabel);
    assert_eq!(health.resources, [Some(Health::new(Degraded, "said so"))]);
}

#[test]
fn a_rule_that_fails_makes_the_resource_unknown_and_is_reported() {
    let deployment = labelled("apps/v1/Deployment", "a", "broken");
    let health = run(&[(None, Fetched::Known(&deployment))], &ByLabel);
    assert_eq!(health.health.status, Unknown);
    assert_eq!(
        health.error.as_deref(),
        Some(
            r#"error setting app health: failed to get resource health for "Deployment" with name "a" in namespace "ns": attempt to index a nil value"#
        )
    );
}

#[test]
fn child_applications_count_unless_missing_or_unknown() {
    let child = |word: &str| labelled("argoproj.io/v1alpha1/Application", "child", word);
    for (word, expected) in
        [("Missing", Healthy), ("Unknown", Healthy), ("Degraded", Degraded), ("Progressing", Progressing)]
    {
        let child = child(word);
        assert_eq!(run(&[(None, Fetched::Known(&child))], &ByLabel).health.status, expected, "{word}");
    }
    let itself = labelled("argoproj.io/v1alpha1/Application", "self", "Degraded");
    assert_eq!(run(&[(None, Fetched::Known(&itself))], &ByLabel).health.status, Healthy);
}
