//! Stateful sets.

use super::super::pod::{forbid_deadline, require_restart_policy};
use super::{SPEC, matching_template, of_spec_template, selector, status};
use crate::checks::text::{dns_label, invalid_each};
use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about stateful sets.
pub const HOOKS: Hooks = Hooks {
    validate: |set, errors| {
        service_name(read::at(set, "spec"), errors);
        validate(set, errors);
    },
    validate_update: |new, old, errors| {
        validate(new, errors);
        only_mutable(new, old, errors);
    },
    validate_status: status::of_stateful_set,
    warnings: of_spec_template,
    ..PLAIN
};

/// Fields of the specification that may change.
const MUTABLE: &[&str] = &[
    "replicas",
    "template",
    "updateStrategy",
    "minReadySeconds",
    "ordinals",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
];

fn service_name(spec: &Value, errors: &mut Errors) {
    let name = read::text(spec, "serviceName");
    if !name.is_empty() {
        invalid_each(&SPEC.child("serviceName"), name, dns_label(name), errors);
    }
}

fn validate(set: &Value, errors: &mut Errors) {
    let spec = read::at(set, "spec");
    let policy = read::text(spec, "podManagementPolicy");
    if !matches!(policy, "OrderedReady" | "Parallel") {
        errors.invalid_text(&SPEC.child("podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
    }
    strategy(&SPEC.child("updateStrategy"), read::at(spec, "updateStrategy"), errors);
    retention(&SPEC.child("persistentVolumeClaimRetentionPolicy"), spec, errors);
    numbers::not_negative_at(&SPEC, spec, "replicas", errors);
    numbers::not_negative_at(&SPEC, spec, "minReadySeconds", errors);
    numbers::not_negative_at(&SPEC.child("ordinals"), read::at(spec, "ordinals"), "start", errors);
    selector(spec, "statefulset", errors);
    let path = SPEC.child("template");
    if labels::is_usable(read::at(spec, "selector")) {
        matching_template(&with_claims(spec), errors);
    } else {
        errors.invalid(&SPEC.child("selector"), read::at(spec, "selector"), "");
    }
    require_restart_policy(&path, read::at(spec, "template"), "Always", errors);
    forbid_deadline(&path, read::at(spec, "template"), "StatefulSet", errors);
}

/// The specification with the volumes that its claims will make, which containers may mount.
fn with_claims(spec: &Value) -> Value {
    let mut spec = spec.clone();
    let names: Vec<String> = read::list(&spec, "volumeClaimTemplates")
        .iter()
        .map(|claim| read::text(read::at(claim, "metadata"), "name").to_owned())
        .collect();
    let pods = read::at_mut(read::at_mut(&mut spec, "template"), "spec");
    read::remove(pods, "subdomain");
    read::remove(pods, "hostname");
    let made = names.iter().map(|name| json!({"name": name, "persistentVolumeClaim": {"claimName": name}}));
    let kept = read::list(pods, "volumes").iter();
    let kept = kept.filter(|volume| !names.iter().any(|name| name == read::text(volume, "name"))).cloned();
    let volumes: Vec<Value> = made.chain(kept).collect();
    if !volumes.is_empty() {
        read::set(pods, "volumes", volumes);
    }
    spec
}

fn strategy(path: &Path<'_>, strategy: &Value, errors: &mut Errors) {
    let rolling = path.child("rollingUpdate");
    let given = read::given(strategy, "rollingUpdate");
    match (read::text(strategy, "type"), given) {
        ("OnDelete", Some(given)) => {
            errors.invalid(&rolling, given, "only allowed for updateStrategy 'RollingUpdate'");
        }
        ("RollingUpdate", Some(given)) => {
            numbers::not_negative_at(&rolling, given, "partition", errors);
            if let Some(unavailable) = read::given(given, "maxUnavailable") {
                let place = rolling.child("maxUnavailable");
                numbers::number_or_percent(&place, unavailable, errors);
                if numbers::number_of(unavailable) == 0 {
                    errors.invalid(&place, unavailable, "cannot be 0");
                }
                numbers::at_most_all(&place, unavailable, errors);
            }
        }
        ("OnDelete" | "RollingUpdate", None) => (),
        ("", _) => errors.required(path, ""),
        (other, _) => {
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":null}}", Value::from(other));
            errors.invalid_shown(path, shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

fn retention(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let Some(policy) = read::given(spec, "persistentVolumeClaimRetentionPolicy") else { return };
    for field in ["whenDeleted", "whenScaled"] {
        let given = read::text(policy, field);
        if !matches!(given, "Retain" | "Delete") {
            errors.not_supported(&path.child(field), given, &["Retain", "Delete"]);
        }
    }
}

fn only_mutable(new: &Value, old: &Value, errors: &mut Errors) {
    let fixed = |set: &Value| {
        let mut spec = read::at(set, "spec").clone();
        MUTABLE.iter().for_each(|field| read::remove(&mut spec, field));
        spec
    };
    if fixed(new) != fixed(old) {
        let message = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                       'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                       'minReadySeconds' are forbidden";
        errors.forbidden(&SPEC, message);
    }
}
