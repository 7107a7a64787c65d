//! What failures of pods mean for their job.

use crate::checks::text::{invalid_each, qualified_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};

/// Rules a policy may have.
const RULES_MAX: usize = 20;
/// Exit codes a rule may name.
const CODES_MAX: usize = 255;
/// Conditions a rule may name.
const CONDITIONS_MAX: usize = 20;

/// Problems of a policy.
pub fn validate(path: &Path<'_>, policy: &Value, spec: &Value, errors: &mut Errors) {
    let rules = path.child("rules");
    let list = read::list(policy, "rules");
    if list.len() > RULES_MAX {
        errors.too_many(&rules, list.len(), RULES_MAX);
    }
    for (index, one) in list.iter().enumerate() {
        rule(&rules.index(index), one, spec, errors);
    }
}

fn rule(path: &Path<'_>, rule: &Value, spec: &Value, errors: &mut Errors) {
    let action = read::text(rule, "action");
    let place = path.child("action");
    let actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    match action {
        "" => errors.required(&place, format!("valid values: {actions:?}").replace(", ", " ")),
        "FailIndex" if read::given(spec, "backoffLimitPerIndex").is_none() => {
            errors.invalid_text(&place, action, "requires the backoffLimitPerIndex to be set");
        }
        _ if !actions.contains(&action) => errors.not_supported(&place, action, &actions),
        _ => (),
    }
    let codes = read::given(rule, "onExitCodes");
    let conditions = read::list(rule, "onPodConditions");
    if let Some(codes) = codes {
        exit_codes(&path.child("onExitCodes"), codes, spec, errors);
    }
    let place = path.child("onPodConditions");
    if conditions.len() > CONDITIONS_MAX {
        errors.too_many(&place, conditions.len(), CONDITIONS_MAX);
    }
    for (index, condition) in conditions.iter().enumerate() {
        let place = place.index(index);
        let kind = read::text(condition, "type");
        invalid_each(&place.child("type"), kind, qualified_name(kind), errors);
        let status = read::text(condition, "status");
        if !matches!(status, "True" | "False" | "Unknown") {
            errors.not_supported(&place.child("status"), status, &["False", "True", "Unknown"]);
        }
    }
    match (codes.is_some(), !conditions.is_empty()) {
        (true, true) => {
            errors.invalid_without_value(path, "specifying both OnExitCodes and OnPodConditions is not supported");
        }
        (false, false) => {
            errors.invalid_without_value(path, "specifying one of OnExitCodes and OnPodConditions is required");
        }
        _ => (),
    }
}

fn exit_codes(path: &Path<'_>, codes: &Value, spec: &Value, errors: &mut Errors) {
    let operator = read::text(codes, "operator");
    if !matches!(operator, "In" | "NotIn") {
        errors.not_supported(&path.child("operator"), operator, &["In", "NotIn"]);
    }
    if let Some(name) = codes.get("containerName").and_then(Value::as_str) {
        let pods = read::at(read::at(spec, "template"), "spec");
        let known = ["containers", "initContainers"]
            .into_iter()
            .flat_map(|list| read::list(pods, list))
            .any(|container| read::text(container, "name") == name);
        if !known {
            let message = "must be one of the container or initContainer names in the pod template";
            errors.invalid_text(&path.child("containerName"), name, message);
        }
    }
    let place = path.child("values");
    let values: Vec<i64> = read::list(codes, "values").iter().filter_map(Value::as_i64).collect();
    if values.is_empty() {
        errors.invalid(&place, read::at(codes, "values"), "at least one value is required");
    } else if values.len() > CODES_MAX {
        errors.too_many(&place, values.len(), CODES_MAX);
    }
    for (index, value) in values.iter().enumerate() {
        if operator == "In" && *value == 0 {
            errors.invalid_number(&place.index(index), 0, "must not be 0 for the In operator");
        }
        if values[..index].contains(value) {
            errors.duplicate(&place.index(index), &json!(value));
        }
    }
    if !values.is_sorted() {
        errors.invalid(&place, read::at(codes, "values"), "must be ordered");
    }
}
