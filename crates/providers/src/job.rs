//! Jobs of Kubernetes: made, followed to their end, and cleaned away.

use crate::asker::Asker;
use analysis::job::{JOB_NAME, JOB_NAMESPACE, JobState, job_name, resumed, started, terminated};
use analysis::{Task, TaskKind};
use api::rollouts::names::{
    ANNOTATION_ANALYSIS_METRIC as ANNOTATION_METRIC, ANNOTATION_ANALYSIS_RUN as ANNOTATION_RUN,
    ANNOTATION_ANALYSIS_RUN_NAMESPACE as ANNOTATION_RUN_NAMESPACE, LABEL_ANALYSIS_RUN_UID as LABEL_RUN_UID,
};
use api::rollouts::{ANALYSIS_RUN, AnalysisPhase, AnalysisRun, JobMetric, Measurement};
use cluster::{Change, ClusterError, ErrorClass, ListQuery, Propagation, Target, Write};
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::{Map, Value, json};

/// Why a container waits that will never start.
const TERMINAL: [&str; 3] = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName"];

fn jobs() -> Gvk {
    Gvk::new("batch", "v1", "Job")
}

/// Makes the Job of a measurement, sees how it is, or ends it.
pub(crate) async fn ask(asker: &Asker, run: &AnalysisRun, task: &Task, metric: &JobMetric) -> Measurement {
    let now = asker.clock.now();
    let outcome = match (task.kind, &task.unfinished) {
        (TaskKind::Start, _) | (_, None) => start(asker, run, task, metric, now).await,
        (TaskKind::Resume, Some(unfinished)) => resume(asker, run, unfinished.clone(), now).await,
        (TaskKind::Terminate, Some(unfinished)) => end(asker, run, unfinished.clone(), now).await,
    };
    outcome.unwrap_or_else(|message| failed(task, message, now))
}

fn failed(task: &Task, message: String, now: Timestamp) -> Measurement {
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.started_at.get_or_insert(now.into());
    measurement.phase_word = AnalysisPhase::Error.to_string();
    measurement.message = message;
    measurement.finished_at = Some(now.into());
    measurement
}

async fn start(
    asker: &Asker,
    run: &AnalysisRun,
    task: &Task,
    metric: &JobMetric,
    now: Timestamp,
) -> Result<Measurement, String> {
    let name = job_name(&run.metadata.uid, &task.metric.name, task.number);
    let namespace = asker.job_namespace.as_deref().unwrap_or(&run.metadata.namespace);
    let value = manifest(run, &task.metric.name, metric, namespace, &name);
    let object = Object::from_value(&value).map_err(|error| error.to_string())?;
    let write = Write::new(Target::of(&object), Change::Create(object));
    match asker.cluster.write(&write).await {
        Ok(_) => {}
        // Made before, and not recorded: ours if it says so.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            let found = asker.cluster.get(&jobs(), Some(namespace), &name).await.map_err(|error| error.to_string())?;
            let uid = found.as_ref().and_then(|found| found.meta().labels.get(LABEL_RUN_UID));
            if uid.is_none_or(|uid| **uid != *run.metadata.uid) {
                return Err(error.to_string());
            }
        }
        Err(error) => return Err(error.to_string()),
    }
    let mut measurement = started(&name, namespace, now);
    // Looked at again at once: it may be short.
    measurement.resume_at = Some(now.into());
    Ok(measurement)
}

fn manifest(run: &AnalysisRun, metric: &str, job: &JobMetric, namespace: &str, name: &str) -> Value {
    let (uid, of) = (&run.metadata.uid, &run.metadata);
    let given = |field: &str| job.metadata[field].as_object().cloned().unwrap_or_default();
    let (mut labels, mut annotations) = (given("labels"), given("annotations"));
    labels.insert(LABEL_RUN_UID.to_owned(), json!(uid));
    for (key, value) in
        [(ANNOTATION_RUN, &of.name), (ANNOTATION_RUN_NAMESPACE, &of.namespace), (ANNOTATION_METRIC, &metric.to_owned())]
    {
        annotations.insert(key.to_owned(), json!(value));
    }
    let mut spec = job.spec.clone();
    if let Some(spec) = spec.as_object_mut() {
        label_pods(spec, uid);
    }
    let mut metadata = json!({"name": name, "namespace": namespace, "labels": labels, "annotations": annotations});
    if namespace == of.namespace {
        metadata["ownerReferences"] = json!([{
            "apiVersion": api::names::API_VERSION, "kind": ANALYSIS_RUN, "name": of.name, "uid": uid,
            "controller": true, "blockOwnerDeletion": true,
        }]);
    }
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec})
}

/// Its pods say whose they are too.
fn label_pods(spec: &mut Map<String, Value>, uid: &str) {
    let template = spec.entry("template").or_insert_with(|| json!({}));
    if template.is_object() {
        if !template["metadata"].is_object() {
            template["metadata"] = json!({});
        }
        template["metadata"]["labels"][LABEL_RUN_UID] = json!(uid);
    }
}

/// The Job of a measurement.
fn named<'m>(run: &'m AnalysisRun, measurement: &'m Measurement) -> Result<(&'m str, &'m str), String> {
    let name = measurement.metadata.get(JOB_NAME).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| "job metadata reference missing".to_owned())?;
    let namespace = measurement.metadata.get(JOB_NAMESPACE).filter(|namespace| !namespace.is_empty());
    Ok((namespace.unwrap_or(&run.metadata.namespace), name))
}

async fn resume(
    asker: &Asker,
    run: &AnalysisRun,
    measurement: Measurement,
    now: Timestamp,
) -> Result<Measurement, String> {
    let (namespace, name) = named(run, &measurement)?;
    let state = match asker.cluster.get(&jobs(), Some(namespace), name).await {
        Ok(Some(job)) => state(asker, &job).await,
        Ok(None) => JobState::Unknown(format!("job.batch {name:?} not found")),
        Err(error) if is_passing(&error) => JobState::Running,
        Err(error) => JobState::Unknown(error.to_string()),
    };
    Ok(resumed(measurement, state, now))
}

/// Whether a failure to read says nothing of what was to be read: then it is asked again later.
fn is_passing(error: &ClusterError) -> bool {
    !matches!(error.class, ErrorClass::Forbidden | ErrorClass::Unauthorized | ErrorClass::Invalid)
}

async fn state(asker: &Asker, job: &Object) -> JobState {
    let value = job.value();
    let is_true = |kind: &str| {
        let conditions = value.pointer("/status/conditions").and_then(Value::as_array);
        conditions.into_iter().flatten().any(|it| it["type"] == kind && it["status"] != "False")
    };
    if is_true("Failed") {
        return JobState::Failed;
    }
    if is_true("Complete") {
        return JobState::Complete;
    }
    let labels = value.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let selector: Vec<String> =
        labels.into_iter().flatten().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    if selector.is_empty() {
        return JobState::Running;
    }
    let query = ListQuery::in_namespace(job.namespace().unwrap_or_default()).labels(&selector.join(","));
    let pods = asker.cluster.list(&Gvk::new("", "v1", "Pod"), &query).await.unwrap_or_default();
    pods.iter().find_map(cannot_start).unwrap_or(JobState::Running)
}

/// A container that will never start.
fn cannot_start(pod: &Object) -> Option<JobState> {
    let value = pod.value();
    for statuses in ["/status/initContainerStatuses", "/status/containerStatuses"] {
        for status in value.pointer(statuses).and_then(Value::as_array).into_iter().flatten() {
            let waiting = &status["state"]["waiting"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let reason = text(&waiting["reason"]);
            if TERMINAL.contains(&reason.as_str()) {
                let (container, message) = (text(&status["name"]), text(&waiting["message"]));
                return Some(JobState::CannotStart { pod: pod.name().to_owned(), container, reason, message });
            }
        }
    }
    None
}

async fn end(
    asker: &Asker,
    run: &AnalysisRun,
    measurement: Measurement,
    now: Timestamp,
) -> Result<Measurement, String> {
    let (namespace, name) = named(run, &measurement)?;
    delete(asker, namespace, name).await?;
    Ok(terminated(measurement, now))
}

async fn delete(asker: &Asker, namespace: &str, name: &str) -> Result<(), String> {
    let target = Target::new(jobs(), Some(namespace), name);
    match asker.cluster.write(&Write::new(target, Change::Delete(Propagation::Foreground))).await {
        Err(error) if error.class != ErrorClass::NotFound => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Deletes all Jobs of a metric but the newest `keep`.
///
/// # Errors
/// When they cannot be listed or deleted.
pub(crate) async fn forget(asker: &Asker, run: &AnalysisRun, metric: &str, keep: usize) -> Result<(), String> {
    let namespace = asker.job_namespace.as_deref().unwrap_or(&run.metadata.namespace);
    let query = ListQuery::in_namespace(namespace).labels(&format!("{LABEL_RUN_UID}={}", run.metadata.uid));
    let mut found = asker.cluster.list(&jobs(), &query).await.map_err(|error| error.to_string())?;
    // Unlike upstream, the Jobs of other metrics are not counted.
    found.retain(|job| job.meta().annotations.get(ANNOTATION_METRIC).is_some_and(|it| **it == *metric));
    found.sort_by_key(|job| (job.meta().creation_timestamp, number(job.name())));
    let beyond = found.len().saturating_sub(keep);
    for job in &found[..beyond] {
        delete(asker, namespace, job.name()).await?;
    }
    Ok(())
}

/// Which measurement's it is.
fn number(name: &str) -> u64 {
    name.rsplit('.').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
