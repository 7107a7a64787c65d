//! The OpenAPI documents hold together, and have what kubectl looks for.

use kinds::openapi::{CustomVersion, v2, v3, v3_hash, v3_index};
use serde_json::{Value, json};

fn custom(schema: &Value) -> CustomVersion<'_> {
    CustomVersion {
        group: "stable.example.com",
        version: "v1",
        kind: "CronTab",
        plural: "crontabs",
        namespaced: true,
        subresources: &["status"],
        schema,
    }
}

#[test]
fn every_reference_of_every_document_leads_somewhere() {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object"}}});
    let custom = [custom(&schema)];
    let index = v3_index(&custom);
    let places: Vec<&String> = index["paths"].as_object().expect("paths").keys().collect();
    assert!(places.len() > 45, "{places:?}");
    for place in places {
        let document = v3(place, &custom).expect("a document for every entry of the index");
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            assert!(document["components"]["schemas"].get(name).is_some(), "{place}: {name}");
        }
        assert!(!text.contains("#/definitions/") && !text.contains("#/parameters/"), "{place}");
    }
    assert!(v3("apis/nope/v1", &custom).is_none());
}

#[test]
fn patches_say_that_they_take_field_validation() {
    let schema = json!({"type": "object"});
    let custom = [custom(&schema)];
    let cases = [
        ("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "Deployment"),
        ("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}", "Pod"),
        ("apis/stable.example.com/v1", "/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}", "CronTab"),
    ];
    for (place, path, kind) in cases {
        let document = v3(place, &custom).expect("a document");
        let patch = &document["paths"][path]["patch"];
        assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"], kind);
        let names: Vec<&str> =
            patch["parameters"].as_array().expect("parameters").iter().filter_map(|one| one["name"].as_str()).collect();
        assert!(names.contains(&"fieldValidation"), "{path}: {names:?}");
    }
}

#[test]
fn every_kind_has_a_schema_in_its_document() {
    for (group, version) in kinds::group_versions() {
        let place = if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
        let document = v3(&place, &[]).expect("a document");
        let schemas: Vec<&Value> = document["components"]["schemas"].as_object().expect("schemas").values().collect();
        for served in kinds::served().filter(|served| served.kind.group == group && served.version == version) {
            let gvk = json!({"group": group, "version": version, "kind": served.kind.kind});
            let describes = |schema: &&Value| {
                schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|named| named.contains(&gvk))
            };
            assert!(schemas.iter().any(describes), "{place} {}", served.kind.kind);
        }
    }
}

#[test]
fn a_changed_definition_changes_only_its_own_hash() {
    let (old, new) = (json!({"type": "object"}), json!({"type": "object", "description": "new"}));
    let hash = |place: &str, schema: &Value| v3_hash(place, &[custom(schema)]);
    assert_ne!(hash("apis/stable.example.com/v1", &old), hash("apis/stable.example.com/v1", &new));
    assert_eq!(hash("apis/apps/v1", &old), hash("apis/apps/v1", &new));
    let document = v2(&[custom(&new)]);
    assert_eq!(document["definitions"]["com.example.stable.v1.CronTab"]["description"], "new");
    assert!(document["definitions"]["io.k8s.api.apps.v1.Deployment"].is_object());
}
