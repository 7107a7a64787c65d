//! Fields of custom kinds that hold one of Kubernetes' own types: written as that type writes them.

use crate::restrict::restrict;
use crate::rules::KnownTypeField;
use object::Gvk;
use serde_json::{Value, json};

/// What is known without anybody saying so: group, kind, field, type.
const BUILT_IN: [(&str, &str, &str, &str); 1] = [("argoproj.io", "Rollout", "spec.template.spec", "core/v1/PodSpec")];

/// Brings every field that is known to hold a type into that type's form.
pub(crate) fn normalize(gvk: &Gvk, value: &mut Value, declared: &[KnownTypeField]) {
    for (group, kind, field, type_name) in BUILT_IN {
        if *gvk.group == *group && *gvk.kind == *kind {
            at_field(value, field, type_name);
        }
    }
    for known in declared.iter().filter(|known| *gvk.group == *known.group && *gvk.kind == *known.kind) {
        at_field(value, &known.field, &known.type_name);
    }
}

/// Walks to the field, through every item of the lists on the way.
fn at_field(value: &mut Value, field: &str, type_name: &str) {
    let (first, rest) = match field.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (field, None),
    };
    let Some(next) = value.as_object_mut().and_then(|map| map.get_mut(first)) else { return };
    match (rest, next) {
        (Some(rest), Value::Array(items)) => items.iter_mut().for_each(|item| at_field(item, rest, type_name)),
        (Some(rest), next) => at_field(next, rest, type_name),
        (None, next) => each(next, type_name),
    }
}

// Compat: a list or a map of the type is walked item by item, where the type itself is none.
fn each(value: &mut Value, type_name: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, type_name)),
        Value::Object(map) if is_scalar(type_name) => map.values_mut().for_each(|item| each(item, type_name)),
        other => canonical(other, type_name),
    }
}

fn is_scalar(type_name: &str) -> bool {
    matches!(type_name, "core/Quantity" | "meta/v1/Duration")
}

fn canonical(value: &mut Value, type_name: &str) {
    if type_name == "meta/v1/Duration" {
        let duration = value.as_str().and_then(|text| api::GoDuration::parse_go(text).ok());
        if let Some(duration) = duration {
            *value = Value::String(duration.to_string());
        }
        return;
    }
    let Some((kind, wrapped, place)) = carrier(type_name, value) else { return };
    let gvk = Gvk::new("", "v1", kind);
    // A field the type does not know leaves the value as it is.
    let Ok(decoded) = defaults::decode_value(&gvk, wrapped) else { return };
    if !decoded.strict.is_empty() {
        return;
    }
    let mut read = decoded.value;
    defaults::canonicalize(&gvk, &mut read);
    if let Some(read) = read.pointer(place) {
        *value = restrict(value, read.clone());
    }
}

/// An object of Kubernetes' own that holds a value of the type: its kind, itself, and where the value is in it.
fn carrier(type_name: &str, value: &Value) -> Option<(&'static str, Value, &'static str)> {
    let value = value.clone();
    let container = |field: &str, value: Value| {
        let mut container = json!({"name": "c"});
        container[field] = value;
        json!({"spec": {"containers": [container]}})
    };
    Some(match type_name {
        "core/v1/PodSpec" => ("Pod", json!({"spec": value}), "/spec"),
        "core/v1/PodTemplateSpec" => ("PodTemplate", json!({"template": value}), "/template"),
        "core/v1/Container" => ("Pod", json!({"spec": {"containers": [value]}}), "/spec/containers/0"),
        "core/v1/ResourceRequirements" => ("Pod", container("resources", value), "/spec/containers/0/resources"),
        "core/v1/Probe" => ("Pod", container("livenessProbe", value), "/spec/containers/0/livenessProbe"),
        "core/v1/EnvVar" => ("Pod", container("env", json!([value])), "/spec/containers/0/env/0"),
        "core/v1/EnvFromSource" => ("Pod", container("envFrom", json!([value])), "/spec/containers/0/envFrom/0"),
        "core/v1/VolumeMount" => {
            ("Pod", container("volumeMounts", json!([value])), "/spec/containers/0/volumeMounts/0")
        }
        "core/v1/SecurityContext" => ("Pod", container("securityContext", value), "/spec/containers/0/securityContext"),
        "core/v1/Lifecycle" => ("Pod", container("lifecycle", value), "/spec/containers/0/lifecycle"),
        "core/v1/Volume" => ("Pod", json!({"spec": {"volumes": [value]}}), "/spec/volumes/0"),
        "core/v1/Affinity" => ("Pod", json!({"spec": {"affinity": value}}), "/spec/affinity"),
        "core/v1/Toleration" => ("Pod", json!({"spec": {"tolerations": [value]}}), "/spec/tolerations/0"),
        "core/v1/TopologySpreadConstraint" => {
            ("Pod", json!({"spec": {"topologySpreadConstraints": [value]}}), "/spec/topologySpreadConstraints/0")
        }
        "core/v1/PodSecurityContext" => ("Pod", json!({"spec": {"securityContext": value}}), "/spec/securityContext"),
        "core/v1/PersistentVolumeClaimSpec" => ("PersistentVolumeClaim", json!({"spec": value}), "/spec"),
        "core/v1/ServiceSpec" => ("Service", json!({"spec": value}), "/spec"),
        "core/v1/ServicePort" => ("Service", json!({"spec": {"ports": [value]}}), "/spec/ports/0"),
        "core/v1/ResourceList" => {
            ("Pod", container("resources", json!({"limits": value})), "/spec/containers/0/resources/limits")
        }
        "core/Quantity" => {
            let limits = json!({"limits": {"cpu": value}});
            ("Pod", container("resources", limits), "/spec/containers/0/resources/limits/cpu")
        }
        _ => return None,
    })
}
