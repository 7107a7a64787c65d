//! The generated definitions.

use serde_json::Value;
use std::path::Path;

#[test]
fn the_committed_files_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
    for (name, text) in api::crd_files() {
        let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(committed == text, "crates/api/crds/{name} is stale: run `cargo xtask gen`");
    }
}

fn each_object(schema: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value)) {
    if schema["type"] == "object" {
        visit(path, schema);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        each_object(property, &format!("{path}.{name}"), visit);
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(inner) {
            each_object(inner, &format!("{path}[]"), visit);
        }
    }
}

#[test]
fn unknown_fields_survive_at_every_object_of_ours() {
    for crd in api::crds() {
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        each_object(schema, "", &mut |path, schema| {
            let preserves = schema["x-kubernetes-preserve-unknown-fields"] == true;
            let is_map = schema.get("additionalProperties").is_some();
            assert!(preserves || is_map || path == ".metadata", "{path} prunes unknown fields");
        });
    }
}

#[test]
fn only_rollouts_and_image_updaters_have_a_status_subresource() {
    for crd in api::crds() {
        let has_status = crd["spec"]["versions"][0].pointer("/subresources/status").is_some();
        let kind = crd["spec"]["names"]["kind"].as_str();
        assert_eq!(has_status, matches!(kind, Some("Rollout" | "ImageUpdater")));
    }
}

#[test]
fn autoscalers_find_the_scale_of_a_rollout() {
    let crds = api::crds();
    let rollout = crds.iter().find(|crd| crd["spec"]["names"]["kind"] == "Rollout").expect("the definition");
    let scale = &rollout["spec"]["versions"][0]["subresources"]["scale"];
    assert_eq!(scale["specReplicasPath"], ".spec.replicas");
    assert_eq!(scale["statusReplicasPath"], ".status.HPAReplicas");
    assert_eq!(scale["labelSelectorPath"], ".status.selector");
}

#[test]
fn kubectl_finds_the_kinds_by_upstreams_names() {
    let names: Vec<String> = api::crds().iter().map(|crd| crd["spec"]["names"].to_string()).collect();
    assert_eq!(
        names,
        [
            r#"{"kind":"Application","listKind":"ApplicationList","plural":"applications","shortNames":["app","apps"],"singular":"application"}"#,
            r#"{"kind":"AppProject","listKind":"AppProjectList","plural":"appprojects","shortNames":["appproj","appprojs"],"singular":"appproject"}"#,
            r#"{"kind":"Rollout","listKind":"RolloutList","plural":"rollouts","shortNames":["ro"],"singular":"rollout"}"#,
            r#"{"kind":"AnalysisRun","listKind":"AnalysisRunList","plural":"analysisruns","shortNames":["ar"],"singular":"analysisrun"}"#,
            r#"{"kind":"AnalysisTemplate","listKind":"AnalysisTemplateList","plural":"analysistemplates","shortNames":["at"],"singular":"analysistemplate"}"#,
            r#"{"kind":"ClusterAnalysisTemplate","listKind":"ClusterAnalysisTemplateList","plural":"clusteranalysistemplates","shortNames":["cat"],"singular":"clusteranalysistemplate"}"#,
            r#"{"kind":"Experiment","listKind":"ExperimentList","plural":"experiments","shortNames":["exp"],"singular":"experiment"}"#,
            r#"{"kind":"ImageUpdater","listKind":"ImageUpdaterList","plural":"imageupdaters","shortNames":["iu"],"singular":"imageupdater"}"#,
        ]
    );
    let columns = api::crds()[0]["spec"]["versions"][0]["additionalPrinterColumns"].clone();
    let columns: Vec<&str> =
        columns.as_array().into_iter().flatten().filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(columns, ["Sync Status", "Health Status", "Revision", "Project"]);
}
