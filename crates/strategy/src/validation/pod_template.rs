//! Replicas, selector and pod template: what Kubernetes itself would refuse of the ReplicaSet made from them.

use api::rollouts::RolloutSpec;
use kinds::field::Errors;
use kinds::{FieldError, Served};
use object::Gvk;
use serde_json::{Value, json};

/// What is wrong with them, by the part it is in.
#[derive(Debug, Default)]
pub struct Found {
    /// With the number of pods.
    pub replicas: Vec<FieldError>,
    /// With the selector.
    pub selector: Vec<FieldError>,
    /// With the template.
    pub template: Vec<FieldError>,
}

/// Looks at them as at a ReplicaSet with its defaults filled in.
pub fn validate(spec: &RolloutSpec) -> Found {
    let selector = spec.selector.as_ref().and_then(|selector| serde_json::to_value(selector).ok());
    let mut set = json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": "rollout"},
        "spec": {"replicas": spec.replicas(), "template": spec.template},
    });
    if let Some(selector) = selector {
        set["spec"]["selector"] = selector;
    }
    // What the cluster permits to be privileged is its own business.
    for containers in ["containers", "initContainers"] {
        unprivileged(set.pointer_mut(&format!("/spec/template/spec/{containers}")));
    }
    let gvk = Gvk::new("apps", "v1", "ReplicaSet");
    defaults::apply(&gvk, &mut set);
    let mut errors = Errors::default();
    if let Some(Served { kind, .. }) = kinds::by_gvk(&gvk) {
        (kind.hooks.validate)(&set, &mut errors);
    }
    sort(errors.into_vec())
}

fn unprivileged(containers: Option<&mut Value>) {
    for container in containers.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(context) = container.get_mut("securityContext").and_then(Value::as_object_mut)
            && context.get("privileged") == Some(&Value::Bool(true))
        {
            context.remove("privileged");
        }
    }
}

fn sort(errors: Vec<FieldError>) -> Found {
    let mut found = Found::default();
    for error in errors {
        let part = error.field.strip_prefix("spec.").unwrap_or_default();
        let part = part.split(['.', '[']).next().unwrap_or_default();
        match part {
            "replicas" => found.replicas.push(error),
            "selector" => found.selector.push(error),
            "template" => found.template.push(error),
            _ => {}
        }
    }
    found
}
