//! Types made from a custom resource's structural schema.

use schema::{CustomResource, ListKind, Scalar, from_structural};
use serde_json::json;

#[test]
fn list_types_defaults_and_the_fields_of_every_object() {
    let ty = from_structural(
        &json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
            "plain": {"type": "array", "items": {"type": "string"}},
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "p"],
                "items": {"type": "object", "properties": {
                    "k": {"type": "string"}, "p": {"type": "string", "default": "TCP"}}}},
            "port": {"x-kubernetes-int-or-string": true},
            "when": {"type": "string", "format": "date-time"},
        }}}}),
        CustomResource::Pruned,
    );
    let spec = ty.child("spec").unwrap();
    let kind = |name: &str| spec.child(name).unwrap().list.as_ref().unwrap().kind.clone();
    assert_eq!(kind("plain"), ListKind::Atomic);
    assert_eq!(kind("set"), ListKind::Set);
    assert_eq!(kind("map"), ListKind::Map(["k".into(), "p".into()].into()));
    assert_eq!(spec.child("map").unwrap().items().unwrap().field("p").unwrap().default, Some(json!("TCP")));
    assert_eq!(spec.child("port").unwrap().scalar, Some(Scalar::IntOrString));
    assert_eq!(spec.child("when").unwrap().scalar, Some(Scalar::Untyped));
    assert!(spec.child("undeclared").is_none());
    let owners = ty.child("metadata").unwrap().child("ownerReferences").unwrap();
    assert_eq!(owners.list.as_ref().unwrap().kind, ListKind::Map(["uid".into()].into()));
}

#[test]
fn below_preserve_unknown_fields_anything_goes() {
    let ty = from_structural(
        &json!({"type": "object", "properties": {
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                "properties": {"inner": {"type": "object", "properties": {"a": {"type": "string"}}}}},
            "pod": {"type": "object", "x-kubernetes-embedded-resource": true,
                "x-kubernetes-preserve-unknown-fields": true},
            "empty": {"type": "object"},
        }}),
        CustomResource::Pruned,
    );
    let free = ty.child("free").unwrap();
    assert!(free.child("undeclared").unwrap().is_untyped());
    assert!(free.child("inner").unwrap().child("undeclared").unwrap().is_untyped());
    assert!(ty.child("empty").unwrap().child("undeclared").unwrap().is_untyped());
    assert!(ty.child("pod").unwrap().child("metadata").unwrap().field("labels").is_some());
    assert!(ty.child("undeclared").is_none());
}

#[test]
fn a_schema_of_great_depth_is_cut_off() {
    let mut schema = json!({"type": "string"});
    for _ in 0..200 {
        schema = json!({"type": "array", "items": schema});
    }
    let mut ty = from_structural(&schema, CustomResource::Pruned);
    let mut depth = 0;
    while !ty.is_untyped() {
        ty = ty.items().unwrap().clone();
        depth += 1;
    }
    assert_eq!(depth, 100);
}
