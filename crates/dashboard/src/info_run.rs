//! An AnalysisRun in the JSON of upstream's API.

use crate::entry::Entry;
use crate::go_json::Fields;
use crate::info_meta::below_meta;
use api::IntOrString;
use api::rollouts::{AnalysisRun, Measurement, MetricResult};
use rolloutview::RunView;
use serde_json::{Value, json};

/// Where a measurement says which Job it is.
const JOB_NAME: &str = "job-name";
/// Where a measurement says in which namespace that Job is.
const JOB_NAMESPACE: &str = "job-namespace";

/// The AnalysisRunInfo of an AnalysisRun.
pub fn run_info(view: &RunView, entry: &Entry) -> Value {
    let object = entry.found.runs.iter().find(|object| object.name() == view.name);
    let run = entry.runs.iter().find(|run| run.metadata.name == view.name);
    let (Some(object), Some(run)) = (object, run) else { return Value::Null };
    let source = object.value();
    let mut fields = Fields::default();
    fields.value("objectMeta", below_meta(object.meta()));
    fields.text("icon", view.icon).number("revision", view.revision).text("status", &view.status);
    fields.number("successful", view.successful).number("failed", view.failed);
    fields.number("inconclusive", view.inconclusive).number("error", view.error);
    let measured = |one: fn(&AnalysisRun, &MetricResult, &Measurement) -> Option<Value>| {
        let results = run.status.metric_results.iter();
        results.flat_map(|result| result.measurements.iter().filter_map(move |it| one(run, result, it))).collect()
    };
    fields.list("jobs", measured(job));
    fields.list("nonJobInfo", measured(not_job));
    fields.list("metrics", run.spec.metrics.iter().map(metric).collect());
    fields.value("specAndStatus", json!({"spec": source["spec"], "status": source["status"]}));
    fields.take()
}

fn metric(metric: &api::rollouts::Metric) -> Value {
    // Compat: a limit given as text counts as none.
    let number = |limit: &Option<IntOrString>| match limit {
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(_)) | None => 0,
    };
    let mut fields = Fields::default();
    fields.text("name", &metric.name).text("successCondition", &metric.success_condition);
    fields.number("count", number(&metric.count)).number("inconclusiveLimit", number(&metric.inconclusive_limit));
    fields.number("failureLimit", number(&metric.failure_limit)).take()
}

fn job(run: &AnalysisRun, result: &MetricResult, measurement: &Measurement) -> Option<Value> {
    let name = measurement.metadata.get(JOB_NAME)?;
    let namespace = measurement.metadata.get(JOB_NAMESPACE).unwrap_or(&run.metadata.namespace);
    let started = measurement.started_at.map(api::Time::timestamp);
    let mut meta = Fields::default();
    meta.text("name", name).text("namespace", namespace).time("creationTimestamp", started);
    let mut fields = Fields::default();
    fields.value("objectMeta", meta.take()).text("status", &measurement.phase_word);
    fields.text("icon", rolloutview::phase_icon(&measurement.phase_word)).text("metricName", &result.name);
    Some(fields.time("startedAt", started).take())
}

// Compat: a measurement that says anything else of itself is told neither as a Job nor as none.
fn not_job(_: &AnalysisRun, result: &MetricResult, measurement: &Measurement) -> Option<Value> {
    if !measurement.metadata.is_empty() {
        return None;
    }
    let mut fields = Fields::default();
    fields.text("value", &measurement.value).text("status", &measurement.phase_word).text("metricName", &result.name);
    Some(fields.time("startedAt", measurement.started_at.map(api::Time::timestamp)).take())
}
