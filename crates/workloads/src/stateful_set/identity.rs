//! What lasts of a StatefulSet's pod: its name, host name, labels and claims.

use super::observed::Spec;
use crate::pod_template::pod_from_template;
use crate::revisions::REVISION;
use apiserver::Object;
use serde_json::{Value, json};

/// The name of the pod at an ordinal.
pub(super) fn pod_name(set: &Object, ordinal: i64) -> String {
    format!("{}-{ordinal}", set.name())
}

/// The ordinal in a pod's name; `None` when it is no name of this set's pods.
pub(super) fn ordinal(set: &Object, pod: &Object) -> Option<i64> {
    let digits = pod.name().strip_prefix(set.name())?.strip_prefix('-')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn claim_name(template: &Value, set: &Object, ordinal: i64) -> String {
    format!("{}-{}", template["metadata"]["name"].as_str().unwrap_or_default(), pod_name(set, ordinal))
}

/// The claims of the pod at an ordinal, with their names.
pub(super) fn claims(set: &Object, spec: &Spec, ordinal: i64) -> Vec<(String, Value)> {
    let claim = |template: &Value| {
        let name = claim_name(template, set, ordinal);
        let mut labels = template["metadata"]["labels"].as_object().cloned().unwrap_or_default();
        labels.extend(spec.selector["matchLabels"].as_object().cloned().unwrap_or_default());
        let mut metadata = json!({"name": name, "namespace": set.namespace(), "labels": labels});
        if let Some(annotations) = template["metadata"].get("annotations") {
            metadata["annotations"] = annotations.clone();
        }
        let object = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"],
        });
        (name, object)
    };
    spec.volume_claim_templates.iter().map(claim).collect()
}

/// The pod at an ordinal, made of a revision's template.
pub(super) fn pod(set: &Object, spec: &Spec, template: &Value, revision: &str, ordinal: i64) -> Value {
    let name = pod_name(set, ordinal);
    let mut pod = pod_from_template(template, set);
    pod["metadata"]["name"] = name.as_str().into();
    pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = ordinal.to_string().into();
    pod["metadata"]["labels"][REVISION] = revision.into();
    pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = name.as_str().into();
    pod["spec"]["hostname"] = name.into();
    if !spec.service_name.is_empty() {
        pod["spec"]["subdomain"] = spec.service_name.as_str().into();
    }
    let mut volumes: Vec<Value> = Vec::new();
    for template in &spec.volume_claim_templates {
        let claim = claim_name(template, set, ordinal);
        volumes.push(json!({
            "name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim},
        }));
    }
    let is_claimed = |volume: &&Value| !volumes.iter().any(|claimed| claimed["name"] == volume["name"]);
    let given = pod["spec"]["volumes"].as_array().into_iter().flatten();
    let given: Vec<Value> = given.filter(is_claimed).cloned().collect();
    volumes.extend(given);
    if volumes.is_empty() {
        if let Some(spec) = pod["spec"].as_object_mut() {
            spec.remove("volumes");
        }
    } else {
        pod["spec"]["volumes"] = volumes.into();
    }
    pod
}
