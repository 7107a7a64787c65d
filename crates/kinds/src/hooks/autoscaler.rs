//! Horizontal pod autoscalers, in their second version.

use crate::checks::text::{invalid_each, path_segment};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about autoscalers.
pub const HOOKS: Hooks = Hooks { validate, validate_update: |new, _, errors| validate(new, errors), ..PLAIN };

const SPEC: Path<'static> = Path::root("spec");
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];
const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

fn validate(autoscaler: &Value, errors: &mut Errors) {
    let spec = read::at(autoscaler, "spec");
    let (least, most) = (read::given_number(spec, "minReplicas"), read::number(spec, "maxReplicas"));
    if let Some(least) = least.filter(|least| *least < 1) {
        errors.invalid_number(&SPEC.child("minReplicas"), least, "must be greater than or equal to 1");
    }
    let path = SPEC.child("maxReplicas");
    if most == 0 {
        errors.required(&path, "must be set and greater than 0");
    } else if most < 0 {
        errors.invalid_number(&path, most, "must be greater than or equal to 1");
    }
    if least.is_some_and(|least| most < least) {
        errors.invalid_number(&path, most, "must be greater than or equal to `minReplicas`");
    }
    target(&SPEC.child("scaleTargetRef"), read::at(spec, "scaleTargetRef"), errors);
    let metrics = SPEC.child("metrics");
    let list = read::list(spec, "metrics");
    for (index, one) in list.iter().enumerate() {
        metric(&metrics.index(index), one, errors);
    }
    let outside = |metric: &Value| matches!(read::text(metric, "type"), "Object" | "External");
    if least == Some(0) && !list.iter().any(outside) {
        let message = "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.forbidden(&metrics, message);
    }
    behavior(&SPEC.child("behavior"), read::at(spec, "behavior"), errors);
}

fn target(path: &Path<'_>, target: &Value, errors: &mut Errors) {
    for field in ["kind", "name"] {
        match read::text(target, field) {
            "" => errors.required(&path.child(field), ""),
            text => invalid_each(&path.child(field), text, path_segment(text), errors),
        }
    }
    let version = read::text(target, "apiVersion");
    let place = path.child("apiVersion");
    if version.is_empty() || version.starts_with('/') {
        errors.invalid_text(&place, version, "apiVersion must specify API group");
    } else if version.matches('/').count() > 1 {
        errors.invalid_text(&place, version, format!("unexpected GroupVersion string: {version}"));
    }
}

fn metric(path: &Path<'_>, metric: &Value, errors: &mut Errors) {
    let kind = read::text(metric, "type");
    let place = path.child("type");
    if kind.is_empty() {
        errors.required(&place, "must specify a metric source type");
    }
    let given: Vec<&str> =
        SOURCES.iter().map(|(_, field)| *field).filter(|field| read::given(metric, field).is_some()).collect();
    let Some((_, expected)) = SOURCES.iter().find(|(name, _)| *name == kind) else {
        // Compat: an unknown type is told of twice, as a type and as one that no source belongs to.
        errors.not_supported(&place, kind, &TYPES);
        errors.not_supported(&place, kind, &TYPES);
        return;
    };
    if let [only] = given.as_slice() {
        source(&path.child(only), read::at(metric, only), errors);
    }
    if !given.contains(expected) {
        errors.required(&path.child(expected), "must populate information for the given metric source");
    }
    for other in given.iter().filter(|field| *field != expected) {
        errors.forbidden(&path.child(other), "must populate the given metric source only");
    }
}

fn source(path: &Path<'_>, source: &Value, errors: &mut Errors) {
    let target = read::at(source, "target");
    let place = path.child("target");
    if read::given(source, "metric").is_none() && read::text(source, "name").is_empty() {
        errors.required(&path.child("name"), "must specify a resource name");
    }
    let kind = read::text(target, "type");
    match kind {
        "" => errors.required(&place.child("type"), "must specify a metric target type"),
        "Utilization" | "Value" | "AverageValue" => (),
        _ => errors.invalid_text(&place.child("type"), kind, "must be either Utilization, Value, or AverageValue"),
    }
    if let Some(percent) = read::given_number(target, "averageUtilization").filter(|percent| *percent < 1) {
        errors.invalid_number(&place.child("averageUtilization"), percent, "must be greater than 0");
    }
}

fn behavior(path: &Path<'_>, behavior: &Value, errors: &mut Errors) {
    /// Longest window and period, in seconds.
    const WINDOW_MAX: i64 = 3600;
    const PERIOD_MAX: i64 = 1800;
    for direction in ["scaleUp", "scaleDown"] {
        let Some(rules) = read::given(behavior, direction) else { continue };
        let place = path.child(direction);
        if let Some(seconds) = read::given_number(rules, "stabilizationWindowSeconds") {
            let path = place.child("stabilizationWindowSeconds");
            crate::checks::numbers::not_negative(&path, seconds, errors);
            if seconds > WINDOW_MAX {
                errors.invalid_number(&path, seconds, format!("must be less than or equal to {WINDOW_MAX}"));
            }
        }
        let select = read::text(rules, "selectPolicy");
        if !matches!(select, "" | "Max" | "Min" | "Disabled") {
            errors.not_supported(&place.child("selectPolicy"), select, &["Disabled", "Max", "Min"]);
        }
        let policies = place.child("policies");
        let list = read::list(rules, "policies");
        if list.is_empty() {
            errors.required(&policies, "must specify at least one Policy");
        }
        for (index, policy) in list.iter().enumerate() {
            let place = policies.index(index);
            let kind = read::text(policy, "type");
            if !matches!(kind, "Pods" | "Percent") {
                errors.not_supported(&place.child("type"), kind, &["Percent", "Pods"]);
            }
            for field in ["value", "periodSeconds"] {
                let number = read::number(policy, field);
                if number <= 0 {
                    errors.invalid_number(&place.child(field), number, "must be greater than zero");
                }
            }
            let period = read::number(policy, "periodSeconds");
            if period > PERIOD_MAX {
                let message = format!("must be less than or equal to {PERIOD_MAX}");
                errors.invalid_number(&place.child("periodSeconds"), period, message);
            }
        }
    }
}
