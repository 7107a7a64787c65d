//! Jobs and cron jobs.

mod cron_schedule;
mod failure_policy;
mod job_spec;

use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{CreateContext, Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about jobs.
pub const JOB: Hooks = Hooks {
    create: generate_selector,
    validate: |job, errors| {
        generated_selector(job, errors);
        validate_job(job, errors);
    },
    validate_update: |new, old, errors| {
        // Compat: the new state is looked at as a whole and again as a change, and problems are told of twice.
        generated_selector(new, errors);
        validate_job(new, errors);
        validate_job(new, errors);
        job_spec::immutable(new, old, errors);
    },
    warnings: super::workloads::of_spec_template,
    ..PLAIN
};

/// What is special about cron jobs.
pub const CRON_JOB: Hooks = Hooks {
    validate: |job, errors| validate_cron_job(job, None, errors),
    validate_update: |new, old, errors| validate_cron_job(new, Some(old), errors),
    warnings: cron_job_warnings,
    ..PLAIN
};

const SPEC: Path<'static> = Path::root("spec");
const UID_LABELS: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];

fn cron_job_warnings(job: &Value, old: Option<&Value>) -> Vec<String> {
    if old.is_some_and(|old| old.get("spec") == job.get("spec")) {
        return Vec::new();
    }
    let template = SPEC.child("jobTemplate");
    let jobs = template.child("spec");
    let spec = read::at(read::at(read::at(job, "spec"), "jobTemplate"), "spec");
    super::pod::template_warnings(&jobs.child("template"), read::at(spec, "template"))
}

/// A job finds its pods by its uid unless it brings a selector of its own.
fn generate_selector(job: &mut Value, context: &CreateContext<'_>) {
    let name = read::text(read::at(job, "metadata"), "name").to_owned();
    let spec = read::at_mut(job, "spec");
    if read::flag(spec, "manualSelector") {
        return;
    }
    let metadata = read::at_mut(read::at_mut(spec, "template"), "metadata");
    let labels = read::map_mut(metadata, "labels");
    for (keys, value) in [(NAME_LABELS, name.as_str()), (UID_LABELS, context.uid)] {
        for key in keys {
            labels.entry(key).or_insert_with(|| json!(value));
        }
    }
    let matched = read::map_mut(read::at_mut(spec, "selector"), "matchLabels");
    matched.entry(UID_LABELS[1]).or_insert_with(|| json!(context.uid));
}

fn generated_selector(job: &Value, errors: &mut Errors) {
    let spec = read::at(job, "spec");
    let metadata = read::at(job, "metadata");
    let Some(selector) = read::given(spec, "selector").filter(|_| !read::flag(spec, "manualSelector")) else { return };
    let (uid, name) = (read::text(metadata, "uid"), read::text(metadata, "name"));
    let template = SPEC.child("template");
    let place = template.child("metadata");
    let own = read::at(read::at(read::at(spec, "template"), "metadata"), "labels");
    for (key, expected) in [(UID_LABELS[0], uid), (NAME_LABELS[0], name), (UID_LABELS[1], uid), (NAME_LABELS[1], name)]
    {
        let given = read::text(own, key);
        if given != expected {
            let path = place.child("labels");
            errors.invalid(&path, own, format!("must be '{expected}'"));
        }
    }
    let expected = json!({
        UID_LABELS[0]: uid, UID_LABELS[1]: uid, NAME_LABELS[0]: name, NAME_LABELS[1]: name,
    });
    if !labels::matches(selector, &expected) {
        errors.invalid(&SPEC.child("selector"), selector, "`selector` not auto-generated");
    }
}

fn validate_job(job: &Value, errors: &mut Errors) {
    let spec = read::at(job, "spec");
    job_spec::validate(&SPEC, spec, errors);
    let path = SPEC.child("selector");
    match read::given(spec, "selector") {
        None => errors.required(&path, ""),
        Some(selector) => labels::selector(&path, selector, errors),
    }
    let template = SPEC.child("template");
    let own = read::at(read::at(spec, "template"), "metadata").get("labels").cloned().unwrap_or(Value::Null);
    let selector = read::at(spec, "selector");
    if labels::is_usable(selector) && !labels::matches(selector, &own) {
        let message = "`selector` does not match template `labels`";
        errors.invalid(&template.child("metadata").child("labels"), &own, message);
    }
}

fn validate_cron_job(job: &Value, old: Option<&Value>, errors: &mut Errors) {
    let spec = read::at(job, "spec");
    let before = old.map(|old| read::at(old, "spec"));
    let schedule = read::text(spec, "schedule");
    let path = SPEC.child("schedule");
    if schedule.is_empty() {
        errors.required(&path, "");
    } else {
        let had_zone = before.is_some_and(|before| read::text(before, "schedule").contains("TZ"));
        schedule_form(&path, schedule, had_zone, read::given(spec, "timeZone").is_some(), errors);
    }
    numbers::not_negative_at(&SPEC, spec, "startingDeadlineSeconds", errors);
    if before.is_none_or(|before| before.get("timeZone") != spec.get("timeZone"))
        && let Some(zone) = spec.get("timeZone").and_then(Value::as_str)
    {
        cron_schedule::time_zone(&SPEC.child("timeZone"), zone, errors);
    }
    let policies = ["Allow", "Forbid", "Replace"];
    let policy = read::text(spec, "concurrencyPolicy");
    if !policies.contains(&policy) {
        errors.not_supported(&SPEC.child("concurrencyPolicy"), policy, &policies);
    }
    job_template(&SPEC.child("jobTemplate"), read::at(spec, "jobTemplate"), errors);
    numbers::not_negative_at(&SPEC, spec, "successfulJobsHistoryLimit", errors);
    numbers::not_negative_at(&SPEC, spec, "failedJobsHistoryLimit", errors);
}

fn schedule_form(path: &Path<'_>, schedule: &str, zone_was_allowed: bool, has_zone: bool, errors: &mut Errors) {
    if let Err(message) = cron_schedule::parse(schedule) {
        errors.invalid_text(path, schedule, message);
    }
    if schedule.contains("TZ") && !zone_was_allowed {
        errors.invalid_text(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if schedule.contains("TZ") && has_zone {
        errors.invalid_text(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}

fn job_template(path: &Path<'_>, template: &Value, errors: &mut Errors) {
    let spec = read::at(template, "spec");
    let place = path.child("spec");
    job_spec::validate(&place, spec, errors);
    if let Some(selector) = read::given(spec, "selector") {
        errors.invalid(&place.child("selector"), selector, "`selector` will be auto-generated");
    }
    if read::flag(spec, "manualSelector") {
        errors.not_supported_shown(&place.child("manualSelector"), "true", &["nil", "false"]);
    }
}
