//! The objects that an Experiment makes. Pure.

use super::seen::Seen;
use api::names::API_VERSION;
use api::rollouts::names::{
    ANNOTATION_EXPERIMENT_NAME, ANNOTATION_EXPERIMENT_TEMPLATE, LABEL_INSTANCE_ID, LABEL_POD_TEMPLATE_HASH,
};
use api::rollouts::{ANALYSIS_RUN, AnalysisRunSpec, EXPERIMENT, ExperimentTemplate};
use serde_json::{Value, json};
use strategy::identity::{Encoding, template_hash};

/// The ReplicaSet of a template, without pods.
pub fn replica_set(seen: &Seen, template: &ExperimentTemplate, collisions: Option<i32>) -> Value {
    let mut pods = template.template.clone();
    if let Some(labels) = pods.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(LABEL_POD_TEMPLATE_HASH);
    }
    let hash = template_hash(&pods, collisions, Encoding::Current);
    if !pods["metadata"].is_object() {
        pods["metadata"] = json!({});
    }
    pods["metadata"]["labels"][LABEL_POD_TEMPLATE_HASH] = json!(hash);
    let mut selector = json!(template.selector);
    if !selector.is_object() {
        selector = json!({});
    }
    selector["matchLabels"][LABEL_POD_TEMPLATE_HASH] = json!(hash);
    json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": set_name(seen, template),
            "namespace": seen.object.namespace(),
            "labels": pods["metadata"]["labels"],
            "annotations": marks(seen, &template.name),
            "ownerReferences": [owner(seen)],
        },
        "spec": {
            "replicas": 0,
            "minReadySeconds": template.min_ready_seconds,
            "selector": selector,
            "template": pods,
        },
    })
}

/// What the ReplicaSet of a template is called.
pub fn set_name(seen: &Seen, template: &ExperimentTemplate) -> String {
    format!("{}-{}", seen.object.name(), template.name)
}

fn marks(seen: &Seen, template: &str) -> Value {
    json!({ ANNOTATION_EXPERIMENT_NAME: seen.object.name(), ANNOTATION_EXPERIMENT_TEMPLATE: template })
}

fn owner(seen: &Seen) -> Value {
    json!({
        "apiVersion": API_VERSION, "kind": EXPERIMENT, "name": seen.object.name(), "uid": seen.object.meta().uid,
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// The Service of a template, for all ports of its containers; `None` when there are none.
pub fn service(seen: &Seen, template: &ExperimentTemplate) -> Option<Value> {
    let set = &seen.versions.get(&template.name)?.object;
    let containers = template.template.pointer("/spec/containers").and_then(Value::as_array);
    let ports: Vec<Value> = containers
        .into_iter()
        .flatten()
        .filter_map(|container| container["ports"].as_array())
        .flatten()
        .map(|port| {
            let number = &port["containerPort"];
            let mut entry = json!({"port": number, "targetPort": number});
            for field in ["protocol", "name"] {
                if let Some(value) = port[field].as_str().filter(|value| !value.is_empty()) {
                    entry[field] = json!(value);
                }
            }
            entry
        })
        .collect();
    if ports.is_empty() {
        return None;
    }
    let given = template.service.as_ref().map(|service| service.name.as_str()).filter(|name| !name.is_empty());
    let value = set.value();
    Some(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": given.unwrap_or(set.name()),
            "namespace": seen.object.namespace(),
            "annotations": marks(seen, &template.name),
            "ownerReferences": [owner(seen)],
        },
        "spec": {"selector": value["metadata"]["labels"], "ports": ports},
    }))
}

/// The AnalysisRun of an analysis.
pub fn analysis_run(seen: &Seen, name: &str, spec: &AnalysisRunSpec) -> Value {
    let metadata = &seen.experiment.spec.analysis_run_metadata;
    let mut labels = json!(metadata.labels);
    if let Some(id) = seen.experiment.metadata.labels.get(LABEL_INSTANCE_ID) {
        labels[LABEL_INSTANCE_ID] = json!(id);
    }
    json!({
        "apiVersion": API_VERSION,
        "kind": ANALYSIS_RUN,
        "metadata": {
            "name": name,
            "namespace": seen.object.namespace(),
            "labels": labels,
            "annotations": metadata.annotations,
            "ownerReferences": [owner(seen)],
        },
        "spec": spec,
    })
}
