//! Daemon sets.

use super::super::pod::{forbid_deadline, require_restart_policy, template};
use super::{MISMATCH, SPEC, immutable_selector, of_spec_template, status};
use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about daemon sets.
pub const HOOKS: Hooks = Hooks {
    create: |set, _| count_template(set, 1),
    update: |new, old| {
        let before = template_generation(old);
        let template = |set: &Value| read::at(read::at(set, "spec"), "template").clone();
        let changed = template(new) != template(old);
        count_template(new, if changed { before + 1 } else { before });
    },
    validate,
    validate_update: |new, old, errors| {
        validate(new, errors);
        immutable_selector(new, old, errors);
    },
    validate_status: status::of_daemon_set,
    warnings: of_spec_template,
    ..PLAIN
};

/// The annotation in which the first version's count of templates lives on.
const GENERATION: &str = "deprecated.daemonset.template.generation";

fn template_generation(set: &Value) -> i64 {
    let annotations = read::map(read::at(set, "metadata"), "annotations");
    annotations
        .and_then(|map| map.get(GENERATION))
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

fn count_template(set: &mut Value, generation: i64) {
    let annotations = read::map_mut(read::at_mut(set, "metadata"), "annotations");
    annotations.insert(GENERATION.to_owned(), generation.to_string().into());
}

fn validate(set: &Value, errors: &mut Errors) {
    let spec = read::at(set, "spec");
    let path = SPEC.child("template");
    let selector = read::at(spec, "selector");
    labels::selector(&SPEC.child("selector"), selector, errors);
    let pods = read::at(spec, "template");
    let own = read::at(pods, "metadata").get("labels").cloned().unwrap_or(Value::Null);
    if labels::is_usable(selector) && !labels::matches(selector, &own) {
        errors.invalid(&path.child("metadata").child("labels"), &own, MISMATCH);
    }
    if !selector.is_null() && labels::is_empty(selector) {
        errors.invalid(&SPEC.child("selector"), selector, "empty selector is invalid for daemonset");
    }
    template(&path, pods, errors);
    require_restart_policy(&path, pods, "Always", errors);
    forbid_deadline(&path, pods, "DaemonSet", errors);
    numbers::not_negative_at(&SPEC, spec, "minReadySeconds", errors);
    strategy(&SPEC.child("updateStrategy"), read::at(spec, "updateStrategy"), errors);
    numbers::not_negative_at(&SPEC, spec, "revisionHistoryLimit", errors);
}

fn strategy(path: &Path<'_>, strategy: &Value, errors: &mut Errors) {
    let rolling = path.child("rollingUpdate");
    match read::text(strategy, "type") {
        "OnDelete" => (),
        "RollingUpdate" => match read::given(strategy, "rollingUpdate") {
            None => errors.required(&rolling, ""),
            Some(given) => rolling_update(&rolling, given, errors),
        },
        // Compat: the whole strategy is shown, as Go's own struct.
        other => {
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":null}}", Value::from(other));
            errors.not_supported_shown(path, shown, &["RollingUpdate", "OnDelete"]);
        }
    }
}

fn rolling_update(path: &Path<'_>, rolling: &Value, errors: &mut Errors) {
    let (unavailable, surge) = (read::at(rolling, "maxUnavailable"), read::at(rolling, "maxSurge"));
    numbers::number_or_percent(&path.child("maxUnavailable"), unavailable, errors);
    numbers::number_or_percent(&path.child("maxSurge"), surge, errors);
    numbers::at_most_all(&path.child("maxUnavailable"), unavailable, errors);
    numbers::at_most_all(&path.child("maxSurge"), surge, errors);
    match (numbers::number_of(unavailable) > 0, numbers::number_of(surge) > 0) {
        (true, true) => {
            errors.invalid(&path.child("maxSurge"), surge, "may not be set when maxUnavailable is non-zero");
        }
        (false, false) => errors.required(&path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"),
        _ => (),
    }
}
