//! Deployments.

use super::super::pod::{forbid_deadline, require_restart_policy};
use super::{SPEC, immutable_selector, matching_template, of_spec_template, selector, status};
use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about deployments.
pub const HOOKS: Hooks = Hooks {
    validate,
    validate_update: |new, old, errors| {
        validate(new, errors);
        immutable_selector(new, old, errors);
    },
    update_status: |new, old| read::copy(read::at_mut(new, "metadata"), read::at(old, "metadata"), "labels"),
    validate_status: status::of_deployment,
    warnings: of_spec_template,
    ..PLAIN
};

fn validate(deployment: &Value, errors: &mut Errors) {
    let spec = read::at(deployment, "spec");
    numbers::not_negative_at(&SPEC, spec, "replicas", errors);
    selector(spec, "deployment", errors);
    let given = read::at(spec, "selector");
    if labels::is_usable(given) {
        let path = SPEC.child("template");
        matching_template(spec, errors);
        require_restart_policy(&path, read::at(spec, "template"), "Always", errors);
        forbid_deadline(&path, read::at(spec, "template"), "ReplicaSet", errors);
    } else {
        errors.invalid(&SPEC.child("selector"), given, "invalid label selector");
    }
    strategy(&SPEC.child("strategy"), read::at(spec, "strategy"), errors);
    numbers::not_negative_at(&SPEC, spec, "minReadySeconds", errors);
    numbers::not_negative_at(&SPEC, spec, "revisionHistoryLimit", errors);
    if let Some(seconds) = read::given_number(spec, "progressDeadlineSeconds") {
        let path = SPEC.child("progressDeadlineSeconds");
        numbers::not_negative(&path, seconds, errors);
        if seconds <= read::number(spec, "minReadySeconds") {
            errors.invalid_number(&path, seconds, "must be greater than minReadySeconds");
        }
    }
}

fn strategy(path: &Path<'_>, strategy: &Value, errors: &mut Errors) {
    let rolling = path.child("rollingUpdate");
    let given = read::given(strategy, "rollingUpdate");
    match read::text(strategy, "type") {
        "Recreate" if given.is_some() => {
            errors.forbidden(&rolling, "may not be specified when strategy `type` is 'Recreate'");
        }
        "Recreate" => (),
        "RollingUpdate" => match given {
            None => errors.required(&rolling, "this should be defaulted and never be nil"),
            Some(given) => rolling_update(&rolling, given, errors),
        },
        // Compat: the whole strategy is shown, as Go's own struct.
        other => {
            let shown = json!({"Type": other, "RollingUpdate": null});
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":null}}", shown["Type"]);
            errors.not_supported_shown(path, shown, &["Recreate", "RollingUpdate"]);
        }
    }
}

fn rolling_update(path: &Path<'_>, rolling: &Value, errors: &mut Errors) {
    let (unavailable, surge) = (read::at(rolling, "maxUnavailable"), read::at(rolling, "maxSurge"));
    numbers::number_or_percent(&path.child("maxUnavailable"), unavailable, errors);
    numbers::number_or_percent(&path.child("maxSurge"), surge, errors);
    let is_zero =
        |value: &Value| numbers::number_of(value) == 0 && (!value.is_string() || numbers::percent_of(value).is_some());
    if is_zero(unavailable) && is_zero(surge) {
        errors.invalid(&path.child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
    }
    numbers::at_most_all(&path.child("maxUnavailable"), unavailable, errors);
}
