//! Reading and writing loses nothing.

use api::{AppProject, Application};
use object::Object;
use serde_json::{Value, json};

/// An Application with something in every field, known and unknown, at several depths.
fn full() -> Value {
    let source = json!({"repoURL": "r", "path": "p", "targetRevision": "t", "ref": "x", "name": "n", "tagPrefix": "v", "chart": "c", "new": 1,
        "helm": {"valueFiles": ["a"], "parameters": [{"name": "a", "value": "b", "forceString": true, "new": [1]}], "valuesObject": {"a": {"b": []}}, "new": {}},
        "kustomize": {"images": ["i"], "replicas": [{"name": "d", "count": "50%"}, {"name": "e", "count": 3}], "patches": [{"options": {"allowNameChange": true}, "target": {"kind": "K"}}]},
        "directory": {"recurse": true, "jsonnet": {"tlas": [{"name": "a", "value": "b", "code": true}]}},
        "plugin": {"env": [{"name": "A", "value": "1"}], "parameters": [{"name": "a", "array": []}, {"name": "b", "map": {}}, {"name": "c", "string": ""}]}});
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "extra": true,
        "metadata": {"name": "a", "namespace": "argocd", "managedFields": [{"manager": "m"}], "creationTimestamp": "2026-01-02T03:04:05Z"},
        "spec": {"source": source, "destination": {"server": "s", "new": "x"}, "project": "p", "syncPolicy": {"automated": {}, "retry": {"limit": -1, "backoff": {"factor": 0}}}},
        "operation": {"sync": {"syncStrategy": {"hook": {}}, "revision": "r"}, "initiatedBy": {"username": "u", "new": 1}},
        "status": {"sync": {"status": "Synced", "comparedTo": {"source": source, "destination": {}}}, "history": [{"id": 0, "deployedAt": "2026-01-02T03:04:05Z", "source": source}], "new": {"x": 1}}})
}

#[test]
fn unknown_fields_and_meaningful_emptiness_survive() {
    let application = Application::read(&Object::from_value(&full()).expect("an object")).expect("an application");
    assert_eq!(serde_json::to_value(&application).expect("JSON"), full());
}

#[test]
fn null_reads_as_nothing_everywhere() {
    let text = r#"{"metadata": null, "spec": {"source": null, "destination": {"server": null}, "project": null,
        "sources": null, "syncPolicy": {"automated": null, "syncOptions": null}, "revisionHistoryLimit": null}, "status": null, "operation": null}"#;
    let application: Application = serde_json::from_str(text).expect("an application");
    let empty = serde_json::from_str::<Application>(r#"{"spec": {"syncPolicy": {}}}"#).expect("an application");
    assert_eq!(application, empty);
}

#[test]
fn a_wrong_type_names_the_field() {
    let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "a", "namespace": "argocd"},
        "spec": {"sources": [{"helm": {"parameters": "none"}}]}});
    let error = Application::read(&Object::from_value(&value).expect("an object")).expect_err("not valid").to_string();
    assert!(
        error.starts_with(
            "argoproj.io/Application/argocd/a is not a valid Application: field spec.sources.helm.parameters: "
        ),
        "{error}"
    );
}

#[test]
fn a_projects_empty_list_is_not_an_absent_one() {
    let read =
        |spec: Value| serde_json::from_value::<AppProject>(json!({"metadata": {}, "spec": spec})).expect("a project");
    assert_eq!(read(json!({})).spec.namespace_resource_whitelist, None);
    assert_eq!(read(json!({"namespaceResourceWhitelist": []})).spec.namespace_resource_whitelist, Some(Vec::new()));
}
