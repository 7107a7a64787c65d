//! A job's specification, of its own or in a cron job.

use super::super::pod::template;
use super::failure_policy;
use crate::checks::numbers;
use crate::checks::text::domain_prefixed_path;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Pods of an indexed job that may run at once.
const INDEXED_PARALLELISM_MAX: i64 = 100_000;

/// Problems of a specification.
pub fn validate(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let counts = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for field in counts {
        numbers::not_negative_at(path, spec, field, errors);
    }
    if read::given(spec, "maxFailedIndexes").is_some() && read::given(spec, "backoffLimitPerIndex").is_none() {
        errors.required(&path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = spec.get("managedBy").and_then(Value::as_str) {
        domain_prefixed_path(&path.child("managedBy"), manager, errors);
    }
    completion_mode(path, spec, errors);
    if let Some(policy) = read::given(spec, "podFailurePolicy") {
        failure_policy::validate(&path.child("podFailurePolicy"), policy, spec, errors);
    }
    replacement(&path.child("podReplacementPolicy"), spec, errors);
    template(&path.child("template"), read::at(spec, "template"), errors);
    restart_policy(path, spec, errors);
}

fn completion_mode(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let mode = read::text(spec, "completionMode");
    if !matches!(mode, "" | "NonIndexed" | "Indexed") {
        errors.not_supported(&path.child("completionMode"), mode, &["NonIndexed", "Indexed"]);
    }
    if mode == "Indexed" {
        if read::given(spec, "completions").is_none() {
            let message = "when completion mode is Indexed";
            errors.required(&path.child("completions"), message);
        }
        let parallelism = read::number(spec, "parallelism");
        if parallelism > INDEXED_PARALLELISM_MAX {
            let message =
                format!("must be less than or equal to {INDEXED_PARALLELISM_MAX} when completion mode is Indexed");
            errors.invalid_number(&path.child("parallelism"), parallelism, message);
        }
        return;
    }
    if matches!(mode, "" | "NonIndexed") {
        for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if let Some(number) = read::given_number(spec, field) {
                errors.invalid_number(&path.child(field), number, "requires indexed completion mode");
            }
        }
    }
    if let Some(policy) = read::given(spec, "successPolicy") {
        errors.invalid(&path.child("successPolicy"), policy, "requires indexed completion mode");
    }
}

fn replacement(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let Some(policy) = spec.get("podReplacementPolicy").and_then(Value::as_str) else { return };
    if read::given(spec, "podFailurePolicy").is_some() {
        if policy != "Failed" {
            errors.not_supported(path, policy, &["Failed"]);
        }
    } else if !matches!(policy, "Failed" | "TerminatingOrFailed") {
        errors.not_supported(path, policy, &["Failed", "TerminatingOrFailed"]);
    }
}

fn restart_policy(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let policy = read::text(read::at(read::at(spec, "template"), "spec"), "restartPolicy");
    let template = path.child("template");
    let pods = template.child("spec");
    let place = pods.child("restartPolicy");
    match policy {
        "" | "Always" => errors.required(&place, "valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if read::given(spec, "podFailurePolicy").is_some() => {
            let message = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.invalid_text(&place, policy, message);
        }
        "OnFailure" | "Never" => (),
        _ => errors.not_supported(&place, policy, &["OnFailure", "Never"]),
    }
}

/// What may not change once the job is there.
pub fn immutable(new: &Value, old: &Value, errors: &mut Errors) {
    const SPEC: Path<'static> = Path::root("spec");
    let (spec, before) = (read::at(new, "spec"), read::at(old, "spec"));
    let kept = |field: &str, errors: &mut Errors| {
        if spec.get(field) != before.get(field) {
            errors.invalid(&SPEC.child(field), read::at(spec, field), "field is immutable");
        }
    };
    if read::text(spec, "completionMode") == "Indexed" {
        let completions = read::given_number(spec, "completions");
        if completions != read::given_number(before, "completions")
            && completions.is_some_and(|number| number != read::number(spec, "parallelism"))
        {
            let message = "can only be modified in tandem with spec.parallelism";
            errors.invalid(&SPEC.child("completions"), read::at(spec, "completions"), message);
        }
    } else {
        kept("completions", errors);
    }
    kept("selector", errors);
    template_kept(spec, old, errors);
    for field in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
        kept(field, errors);
    }
}

/// The template stays; where the job is suspended and runs no pod, what concerns scheduling and resources may change.
fn template_kept(spec: &Value, old: &Value, errors: &mut Errors) {
    let before = read::at(old, "spec");
    let idle = read::flag(before, "suspend") && read::number(read::at(old, "status"), "active") == 0;
    let fixed = |spec: &Value| {
        let mut template = read::at(spec, "template").clone();
        if idle {
            let metadata = read::at_mut(&mut template, "metadata");
            ["labels", "annotations"].iter().for_each(|field| read::remove(metadata, field));
            let pods = read::at_mut(&mut template, "spec");
            for field in ["nodeSelector", "tolerations", "schedulingGates", "affinity"] {
                read::remove(pods, field);
            }
            for list in ["containers", "initContainers"] {
                let containers = pods.get_mut(list).and_then(Value::as_array_mut);
                containers.into_iter().flatten().for_each(|container| read::remove(container, "resources"));
            }
        }
        template
    };
    if fixed(spec) != fixed(before) {
        const SPEC: Path<'static> = Path::root("spec");
        errors.invalid(&SPEC.child("template"), read::at(spec, "template"), "field is immutable");
    }
}
