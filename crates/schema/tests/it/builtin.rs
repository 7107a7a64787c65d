//! Kubernetes' own types, as the committed table gives them.

use schema::{ListKind, Scalar, Schema, Zero, empty_object, openapi_v2_gz, types_table};
use serde_json::{Value, json};
use std::io::Read as _;

#[test]
fn the_committed_table_is_what_the_generator_makes() {
    let mut text = String::new();
    flate2::read::GzDecoder::new(openapi_v2_gz()).read_to_string(&mut text).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let made = types_table(&document, include_str!("../../data/always-present.tsv")).unwrap();
    assert!(made == include_str!("../../data/types.tsv"), "run `cargo run -p schema --example types_table`");
}

#[test]
fn every_type_can_be_read() {
    let schema = Schema::builtin();
    let mut count = 0;
    for (group, version, kind) in schema.kinds() {
        let ty = schema.kind(group, version, kind).unwrap();
        assert!(ty.map.is_some() || kind == "APIGroup" || ty.is_untyped(), "{group}/{version} {kind}");
        count += 1;
    }
    assert!(count > 200, "{count}");
}

#[test]
fn a_container_is_known() {
    let pod = Schema::builtin().of("v1", "Pod").unwrap();
    let spec = pod.child("spec").unwrap();
    assert_eq!(spec.name.as_deref(), Some("io.k8s.api.core.v1.PodSpec"));
    let containers = spec.field("containers").unwrap();
    assert!(containers.required && containers.patch.merge && !containers.patch.retain_keys);
    assert_eq!(containers.patch.merge_key.as_deref(), Some("name"));
    assert_eq!(containers.zero, Some(Zero::Null));
    assert!(spec.field("volumes").unwrap().patch.retain_keys);
    let container = containers.ty.items().unwrap();
    let ports = container.child("ports").unwrap();
    let keys = ListKind::Map(["containerPort".into(), "protocol".into()].into());
    assert_eq!(ports.list.as_ref().unwrap().kind, keys);
    assert_eq!(ports.items().unwrap().field("protocol").unwrap().default, Some(json!("TCP")));
    assert_eq!(container.field("name").unwrap().default, Some(json!("")));
    assert_eq!(container.child("args").unwrap().list.as_ref().unwrap().kind, ListKind::Atomic);
    let requests = container.child("resources").unwrap().child("requests").unwrap();
    assert_eq!(requests.child("cpu").unwrap().scalar, Some(Scalar::Quantity));
}

#[test]
fn maps_of_one_value_are_told_from_granular_ones() {
    let schema = Schema::builtin();
    let atomic = |name: &str| schema.named(name).unwrap().map.as_ref().unwrap().atomic;
    assert!(atomic("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"));
    assert!(atomic("io.k8s.api.core.v1.ObjectReference"));
    assert!(!atomic("io.k8s.api.core.v1.PodSpec"));
    let volume = schema.named("io.k8s.api.core.v1.PersistentVolumeSpec").unwrap();
    assert!(!volume.child("claimRef").unwrap().map.as_ref().unwrap().atomic);
    let service = schema.named("io.k8s.api.core.v1.ServiceSpec").unwrap();
    assert!(service.child("selector").unwrap().map.as_ref().unwrap().atomic);
}

#[test]
fn an_empty_object_has_the_fields_servers_always_write() {
    let empty = |api_version: &str, kind: &str| empty_object(&Schema::builtin().of(api_version, kind).unwrap());
    let deployment = json!({
        "metadata": {},
        "spec": {
            "selector": null, "strategy": {},
            "template": {"metadata": {}, "spec": {"containers": null}},
        },
        "status": {},
    });
    assert_eq!(empty("apps/v1", "Deployment"), deployment);
    assert_eq!(empty("v1", "ConfigMap"), json!({"metadata": {}}));
    assert_eq!(empty("v1", "Service"), json!({"metadata": {}, "spec": {}, "status": {"loadBalancer": {}}}));
}
