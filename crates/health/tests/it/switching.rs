//! Actions that hand something over.

use health::actions::{Effect, discover, run};
use object::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn did(value: &Value, action: &str, instance: &str) -> String {
    let object = Object::from_value(value).expect("an object");
    let parameters = BTreeMap::from([("instance".to_owned(), instance.to_owned())]);
    let now = "2026-01-02T03:04:05Z".parse().expect("a time");
    match run(&object, action, &parameters, now).as_deref() {
        Ok([Effect::Patch(value) | Effect::PatchStatus(value)]) => value.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_upgrade_under_way_is_forced_once() {
    let pipeline = |kind: &str, labels: Value| json!({"apiVersion": "numaflow.numaproj.io/v1alpha1", "kind": kind, "metadata": {"name": "p", "labels": labels}});
    let forced = r#"{"metadata":{"labels":{"numaplane.numaproj.io/force-promote":"true"}}}"#;
    for kind in ["Pipeline", "MonoVertex", "InterStepBufferService"] {
        let under_way = pipeline(kind, json!({"numaplane.numaproj.io/upgrade-state": "in-progress"}));
        assert_eq!(did(&under_way, "force-promote", ""), forced, "{kind}");
        assert!(did(&pipeline(kind, json!({})), "force-promote", "").contains("is disabled"), "{kind}");
    }
    let old = pipeline("Pipeline", json!({"numaplane.numaproj.io/upgrade-state": "recyclable"}));
    assert!(did(&old, "delete", "").contains("marked-for-deletion"));
}

#[test]
fn a_healthy_replica_becomes_the_primary() {
    let database = |healthy: Value| {
        json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": "db"},
            "status": {"currentPrimary": "db-2", "instancesStatus": {"healthy": healthy}}})
    };
    let three = database(json!(["db-1", "db-2", "db-3"]));
    for (wanted, chosen) in [("any", "db-3"), ("1", "db-1"), ("db-1", "db-1")] {
        let told = did(&three, "promote", wanted);
        assert!(told.contains(&format!(r#""targetPrimary":"{chosen}""#)), "{wanted}: {told}");
    }
    assert_eq!(
        did(&three, "promote", "9"),
        "Could not find a healthy instance matching the criteria: 9; name one of the healthy ones, or any"
    );
    assert!(did(&database(json!(["db-2"])), "promote", "any").contains("is disabled"));
    let actions = discover(&Object::from_value(&three).expect("an object"));
    let promote = actions.iter().find(|own| own.name == "promote").expect("promote");
    assert_eq!(promote.parameters, ["instance"]);
}
