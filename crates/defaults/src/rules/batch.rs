//! Jobs and cron jobs.

use super::fields::{default_to, map};
use serde_json::{Map, Value};

/// How often a job's pods may fail.
const BACKOFF_LIMIT: i64 = 6;

pub fn job(job: &mut Map<String, Value>) {
    let labels = job.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned();
    if let (Some(labels), Some(metadata)) = (labels, map(job, "metadata")) {
        default_to(metadata, "labels", labels);
    }
    let Some(spec) = map(job, "spec") else { return };
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        default_to(spec, "completions", 1);
    }
    default_to(spec, "parallelism", 1);
    let unlimited = i64::from(i32::MAX);
    let backoff = if spec.contains_key("backoffLimitPerIndex") { unlimited } else { BACKOFF_LIMIT };
    default_to(spec, "backoffLimit", backoff);
    default_to(spec, "completionMode", "NonIndexed");
    default_to(spec, "suspend", false);
    default_to(spec, "manualSelector", false);
    let replacement = if spec.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    default_to(spec, "podReplacementPolicy", replacement);
}

pub fn cron_job(job: &mut Map<String, Value>) {
    let Some(spec) = map(job, "spec") else { return };
    default_to(spec, "concurrencyPolicy", "Allow");
    default_to(spec, "suspend", false);
    default_to(spec, "successfulJobsHistoryLimit", 3);
    default_to(spec, "failedJobsHistoryLimit", 1);
}

pub fn condition_pattern(pattern: &mut Map<String, Value>) {
    default_to(pattern, "status", "True");
}
