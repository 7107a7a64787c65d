//! Where pods may run: affinity, spreading, tolerations, gates.

use crate::checks::labels;
use crate::checks::text::{dns_label, invalid_each, label_value, qualified_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Problems of `affinity`.
pub fn affinity(path: &Path<'_>, affinity: &Value, errors: &mut Errors) {
    if let Some(node) = read::given(affinity, "nodeAffinity") {
        node_affinity(&path.child("nodeAffinity"), node, errors);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let Some(terms) = read::given(affinity, field) else { continue };
        let place = path.child(field);
        let required = place.child(REQUIRED);
        for (index, term) in read::list(terms, REQUIRED).iter().enumerate() {
            pod_term(&required.index(index), term, errors);
        }
        let preferred = place.child(PREFERRED);
        for (index, weighted) in read::list(terms, PREFERRED).iter().enumerate() {
            let place = preferred.index(index);
            weight(&place, weighted, errors);
            pod_term(&place.child("podAffinityTerm"), read::at(weighted, "podAffinityTerm"), errors);
        }
    }
}

fn weight(path: &Path<'_>, weighted: &Value, errors: &mut Errors) {
    let weight = read::number(weighted, "weight");
    if !(1..=100).contains(&weight) {
        errors.invalid_number(&path.child("weight"), weight, "must be in the range 1-100");
    }
}

fn node_affinity(path: &Path<'_>, affinity: &Value, errors: &mut Errors) {
    if let Some(required) = read::given(affinity, REQUIRED) {
        let place = path.child(REQUIRED);
        let terms = place.child("nodeSelectorTerms");
        let list = read::list(required, "nodeSelectorTerms");
        if list.is_empty() {
            errors.required(&terms, "must have at least one node selector term");
        }
        for (index, term) in list.iter().enumerate() {
            node_term(&terms.index(index), term, errors);
        }
    }
    let preferred = path.child(PREFERRED);
    for (index, weighted) in read::list(affinity, PREFERRED).iter().enumerate() {
        let place = preferred.index(index);
        weight(&place, weighted, errors);
        node_term(&place.child("preference"), read::at(weighted, "preference"), errors);
    }
}

fn node_term(path: &Path<'_>, term: &Value, errors: &mut Errors) {
    for field in ["matchExpressions", "matchFields"] {
        let place = path.child(field);
        for (index, expression) in read::list(term, field).iter().enumerate() {
            node_requirement(&place.index(index), expression, errors);
        }
    }
}

fn node_requirement(path: &Path<'_>, expression: &Value, errors: &mut Errors) {
    let operator = read::text(expression, "operator");
    let values = read::list(expression, "values");
    let place = path.child("values");
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&place, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.forbidden(&place, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "Gt" | "Lt" if values.len() != 1 => {
            errors.required(&place, "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => (),
        _ => errors.invalid_text(&path.child("operator"), operator, "not a valid selector operator"),
    }
    let key = read::text(expression, "key");
    invalid_each(&path.child("key"), key, qualified_name(key), errors);
    for (index, value) in values.iter().enumerate() {
        let value = value.as_str().unwrap_or_default();
        invalid_each(&place.index(index), value, label_value(value), errors);
    }
}

fn pod_term(path: &Path<'_>, term: &Value, errors: &mut Errors) {
    for field in ["labelSelector", "namespaceSelector"] {
        if let Some(selector) = read::given(term, field) {
            labels::selector(&path.child(field), selector, errors);
        }
    }
    for name in read::list(term, "namespaces").iter().filter_map(Value::as_str) {
        invalid_each(&path.child("namespace"), name, dns_label(name), errors);
    }
    let key = read::text(term, "topologyKey");
    let place = path.child("topologyKey");
    if key.is_empty() {
        errors.required(&place, "can not be empty");
    }
    invalid_each(&place, key, qualified_name(key), errors);
}

/// Problems of `schedulingGates`.
pub fn gates(path: &Path<'_>, gates: &[Value], errors: &mut Errors) {
    let mut names = BTreeSet::new();
    for (index, gate) in gates.iter().enumerate() {
        let place = path.index(index);
        let name = read::text(gate, "name");
        invalid_each(&place.child("name"), name, qualified_name(name), errors);
        if !names.insert(name) {
            errors.duplicate(&place, &json!(name));
        }
    }
}

/// Problems of `topologySpreadConstraints`.
pub fn spread(path: &Path<'_>, constraints: &[Value], errors: &mut Errors) {
    for (index, constraint) in constraints.iter().enumerate() {
        let place = path.index(index);
        let skew = read::number(constraint, "maxSkew");
        if skew <= 0 {
            errors.invalid_number(&place.child("maxSkew"), skew, "must be greater than zero");
        }
        let key = read::text(constraint, "topologyKey");
        if key.is_empty() {
            errors.required(&place.child("topologyKey"), "can not be empty");
        }
        let action = read::text(constraint, "whenUnsatisfiable");
        let actions = ["DoNotSchedule", "ScheduleAnyway"];
        if !actions.contains(&action) {
            errors.not_supported(&place.child("whenUnsatisfiable"), action, &actions);
        }
        let same =
            |other: &Value| read::text(other, "topologyKey") == key && read::text(other, "whenUnsatisfiable") == action;
        if constraints[index + 1..].iter().any(same) {
            let pair = format!("{{{key}, {action}}}");
            errors.duplicate(&place.child("{topologyKey, whenUnsatisfiable}"), &json!(pair));
        }
        if let Some(domains) = read::given_number(constraint, "minDomains") {
            min_domains(&place.child("minDomains"), domains, action, errors);
        }
        if let Some(selector) = read::given(constraint, "labelSelector") {
            labels::selector(&place.child("labelSelector"), selector, errors);
        }
    }
}

fn min_domains(path: &Path<'_>, domains: i64, action: &str, errors: &mut Errors) {
    if domains <= 0 {
        errors.invalid_number(path, domains, "must be greater than zero");
    }
    if action != "DoNotSchedule" {
        let message = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
        errors.invalid_number(path, domains, message);
    }
}

/// Problems of `tolerations`.
pub fn tolerations(path: &Path<'_>, tolerations: &[Value], errors: &mut Errors) {
    for (index, toleration) in tolerations.iter().enumerate() {
        one_toleration(&path.index(index), toleration, errors);
    }
}

fn one_toleration(path: &Path<'_>, toleration: &Value, errors: &mut Errors) {
    let (key, operator) = (read::text(toleration, "key"), read::text(toleration, "operator"));
    let (value, effect) = (read::text(toleration, "value"), read::text(toleration, "effect"));
    let place = path.child("operator");
    if !key.is_empty() {
        invalid_each(&path.child("key"), key, qualified_name(key), errors);
    } else if operator != "Exists" {
        let message = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.invalid_text(&place, operator, message);
    }
    if read::given(toleration, "tolerationSeconds").is_some() && effect != "NoExecute" {
        let message = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        errors.invalid_text(&path.child("effect"), effect, message);
    }
    match operator {
        "" | "Equal" => {
            let problems = label_value(value);
            if !problems.is_empty() {
                errors.invalid_text(&place, value, problems.join(";"));
            }
        }
        "Exists" if value.is_empty() => (),
        "Exists" => errors.invalid_text(&place, value, "value must be empty when `operator` is 'Exists'"),
        _ => errors.not_supported(&place, operator, &["Equal", "Exists"]),
    }
    let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    if !effect.is_empty() && !effects.contains(&effect) {
        errors.not_supported(&path.child("effect"), effect, &effects);
    }
}
