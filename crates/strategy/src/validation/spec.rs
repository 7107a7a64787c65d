//! The spec of a Rollout, by itself.

use super::shown::shown;
use super::{blue_green, canary, pod_template};
use api::rollouts::Rollout;
use kinds::field::{Errors, Path};
use kinds::{FieldError, FieldErrorKind};
use serde_json::Value;

const SPEC: Path<'static> = Path::root("spec");

/// Where selector and template come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// They stand in the Rollout itself.
    Written,
    /// They were taken from the workload it refers to, and filled in.
    Resolved,
}

/// Everything that is wrong with the spec by itself, in the order in which upstream finds it.
#[must_use]
pub fn validate_spec(rollout: &Rollout, origin: Origin) -> Vec<FieldError> {
    let spec = &rollout.spec;
    let mut errors = Errors::default();
    let found = pod_template::validate(spec);
    let add = |errors: &mut Errors, found: Vec<FieldError>| found.into_iter().for_each(|error| errors.push(error));
    add(&mut errors, found.replicas);
    let selector = SPEC.child("selector");
    if spec.workload_ref.is_none() {
        match &spec.selector {
            None => errors.required(&selector, "Rollout has missing field '.spec.selector'"),
            Some(given) => {
                let whole = |error: FieldError| match error.value {
                    Some(_) if error.field == "spec.selector" => FieldError { value: Some(shown(given)), ..error },
                    _ => error,
                };
                add(&mut errors, found.selector.into_iter().map(whole).collect());
            }
        }
        add(&mut errors, found.template);
    } else if origin == Origin::Resolved {
        add(&mut errors, found.template);
    } else if !is_empty(&spec.template) {
        errors.push(internal("spec.template", "template must be empty for workload reference rollout"));
    }
    numbers(rollout, &mut errors);
    strategy(rollout, &mut errors);
    errors.into_vec()
}

/// A problem of the check itself, as upstream calls some.
pub fn internal(field: &str, detail: &str) -> FieldError {
    FieldError { kind: FieldErrorKind::Internal, field: field.to_owned(), value: None, detail: detail.to_owned() }
}

/// Whether a template says nothing.
fn is_empty(template: &Value) -> bool {
    match template {
        Value::Null => true,
        Value::Object(map) => map.values().all(is_empty),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn numbers(rollout: &Rollout, errors: &mut Errors) {
    let spec = &rollout.spec;
    let (ready, deadline) = (spec.min_ready_seconds, spec.progress_deadline_seconds());
    let numbers = [
        ("minReadySeconds", ready),
        ("revisionHistoryLimit", spec.revision_history_limit()),
        ("progressDeadlineSeconds", deadline),
    ];
    for (field, number) in numbers {
        if number < 0 {
            errors.invalid_number(&SPEC.child(field), number.into(), "must be greater than or equal to 0");
        }
    }
    if deadline <= ready {
        let path = SPEC.child("progressDeadlineSeconds");
        errors.invalid_number(&path, deadline.into(), "must be greater than minReadySeconds");
    }
}

fn strategy(rollout: &Rollout, errors: &mut Errors) {
    let path = SPEC.child("strategy");
    match (&rollout.spec.strategy.blue_green, &rollout.spec.strategy.canary) {
        (None, None) => {
            let message = "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
            errors.required(&path.child("strategy"), message);
        }
        (Some(_), Some(_)) => {
            let message = "Multiple Strategies can not be listed";
            errors.invalid_text(&path.child("strategy"), "blueGreen: true canary: true", message);
        }
        (Some(blue_green), None) => blue_green::validate(&path, rollout, blue_green, errors),
        (None, Some(canary)) => canary::validate(&path, rollout, canary, errors),
    }
}
