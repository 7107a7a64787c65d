//! CronJobs: Jobs made when a schedule falls due. Start at [`plan`].

mod schedule;

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Note, Part, Plan, Severity, Target};
use crate::reading::{about, after_seconds, controller_reference, is_controlled_by, read, target, time_text};
use apiserver::{Api, GroupResource, Object, Propagation, resources};
use jiff::Timestamp;
use schedule::Schedule;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `cronjobs.batch`.
const CRON_JOBS: GroupResource = GroupResource::new("batch", "cronjobs");
/// Who tells of a CronJob's events.
const SOURCE: &str = "cronjob-controller";
/// When a Job was due.
const SCHEDULED_AT: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// Starts that were missed and are looked at one by one; beyond, only the last counts.
const MISSED_MAX: usize = 100;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The CronJob.
    pub cron_job: Object,
    /// The Jobs it manages.
    pub jobs: Vec<Object>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    schedule: String,
    time_zone: String,
    starting_deadline_seconds: Option<i64>,
    concurrency_policy: String,
    suspend: bool,
    job_template: Value,
    successful_jobs_history_limit: Option<usize>,
    failed_jobs_history_limit: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    active: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_schedule_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_successful_time: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    spec: Spec,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    Failed,
}

/// How a Job ended; `None` while it runs.
fn end(job: &Object) -> Option<End> {
    let conditions = job.get("/status/conditions").unwrap_or_default();
    let holds = |kind: &str| {
        let mut all = conditions.as_array().into_iter().flatten();
        all.any(|condition| condition["type"] == kind && condition["status"] == "True")
    };
    if holds("Complete") { Some(End::Complete) } else { holds("Failed").then_some(End::Failed) }
}

/// What to do for a CronJob now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let Whole { spec, status: before } = read(&observed.cron_job);
    let mut plan = Plan::nothing();
    plan.actions.extend(history(observed, &spec));
    let active: Vec<&Object> = observed.jobs.iter().filter(|job| end(job).is_none()).collect();
    let mut status = Status {
        active: active.iter().map(|job| reference(job)).collect(),
        last_successful_time: last_success(observed).max(before.last_successful_time),
        ..before.clone()
    };
    let schedule = Schedule::parse(&spec.schedule, &spec.time_zone);
    if let Some(schedule) = schedule.filter(|_| !spec.suspend && !observed.cron_job.meta().is_terminating()) {
        let starts = start(observed, &spec, &schedule, &before, (&active, now));
        plan.actions.extend(starts.actions);
        status.last_schedule_time = starts.due.or(status.last_schedule_time);
        schedule.next(now).into_iter().for_each(|time| plan.wake_at(time));
    }
    plan.actions.extend(write(&observed.cron_job, &before, &status));
    plan
}

struct Starts {
    actions: Vec<Action>,
    /// The time whose Job was made.
    due: Option<Timestamp>,
}

/// The Job that is due, if the policy lets it be.
fn start(
    observed: &Observed,
    spec: &Spec,
    schedule: &Schedule,
    before: &Status,
    (active, now): (&[&Object], Timestamp),
) -> Starts {
    let nothing = Starts { actions: Vec::new(), due: None };
    let Some(due) = most_recent(observed, spec, schedule, before, now) else { return nothing };
    let name = format!("{}-{}", observed.cron_job.name(), due.as_second() / 60);
    if observed.jobs.iter().any(|job| job.name() == name) {
        return nothing;
    }
    let late = spec.starting_deadline_seconds.is_some_and(|seconds| after_seconds(due, seconds) < now);
    if late {
        return nothing;
    }
    let mut actions = Vec::new();
    match spec.concurrency_policy.as_str() {
        "Forbid" if !active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            let note = note(&observed.cron_job, "JobAlreadyActive", message.to_owned());
            return Starts { actions: vec![note], due: None };
        }
        "Replace" => actions.extend(active.iter().flat_map(|job| {
            [delete(job), note(&observed.cron_job, "SuccessfulDelete", format!("Deleted job {}", job.name()))]
        })),
        _ => {}
    }
    actions.push(creation(&observed.cron_job, spec, &name, due));
    actions.push(note(&observed.cron_job, "SuccessfulCreate", format!("Created job {name}")));
    Starts { actions, due: Some(due) }
}

/// The last time that has come since the last Job, if any.
fn most_recent(
    observed: &Observed,
    spec: &Spec,
    schedule: &Schedule,
    before: &Status,
    now: Timestamp,
) -> Option<Timestamp> {
    let created = observed.cron_job.meta().creation_timestamp.unwrap_or(now);
    let mut from = before.last_schedule_time.unwrap_or(created);
    if let Some(deadline) = spec.starting_deadline_seconds {
        from = from.max(after_seconds(now, -deadline));
    }
    let mut latest = None;
    for _ in 0..MISSED_MAX {
        match schedule.next(from).filter(|time| *time <= now) {
            Some(time) => (from, latest) = (time, Some(time)),
            None => return latest,
        }
    }
    // So many were missed that they are skipped: only what falls due within the last minute counts.
    schedule.next(after_seconds(now, -60)).filter(|time| *time <= now).or(latest)
}

fn creation(cron_job: &Object, spec: &Spec, name: &str, due: Timestamp) -> Action {
    let template = &spec.job_template;
    let namespace = cron_job.namespace().unwrap_or_default();
    let mut annotations = template["metadata"]["annotations"].as_object().cloned().unwrap_or_default();
    annotations.insert(SCHEDULED_AT.to_owned(), time_text(due).into());
    let mut metadata = json!({
        "name": name, "namespace": namespace, "annotations": annotations,
        "ownerReferences": [controller_reference(cron_job)],
    });
    if let Some(labels) = template["metadata"].get("labels") {
        metadata["labels"] = labels.clone();
    }
    Action::Create {
        target: Target { resource: resources::JOBS, namespace: namespace.into(), name: name.into() },
        object: json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"]}),
        manager: CONTROLLER_MANAGER,
        birth: None,
    }
}

fn delete(job: &Object) -> Action {
    Action::Delete {
        target: target(&resources::JOBS, job),
        uid: job.meta().uid.clone(),
        grace_seconds: None,
        propagation: Some(Propagation::Background),
        manager: CONTROLLER_MANAGER,
    }
}

fn note(cron_job: &Object, reason: &'static str, message: String) -> Action {
    let severity = Severity::Normal;
    Action::Tell(Note { about: about(cron_job), source: SOURCE, severity, reason, message, action: None })
}

/// The writes that forget the oldest Jobs beyond the limits.
fn history(observed: &Observed, spec: &Spec) -> Vec<Action> {
    let limits = [
        (End::Complete, spec.successful_jobs_history_limit.unwrap_or(3)),
        (End::Failed, spec.failed_jobs_history_limit.unwrap_or(1)),
    ];
    let mut actions = Vec::new();
    for (kind, limit) in limits {
        let mut ended: Vec<&Object> =
            observed.jobs.iter().filter(|job| end(job) == Some(kind) && !job.meta().is_terminating()).collect();
        ended.sort_by_key(|job| (job.meta().creation_timestamp, job.name().to_owned()));
        let excess = ended.len().saturating_sub(limit);
        actions.extend(ended.into_iter().take(excess).flat_map(|job| {
            [delete(job), note(&observed.cron_job, "SuccessfulDelete", format!("Deleted job {}", job.name()))]
        }));
    }
    actions
}

fn reference(job: &Object) -> Value {
    json!({
        "kind": "Job", "namespace": job.namespace(), "name": job.name(), "uid": &*job.meta().uid,
        "apiVersion": "batch/v1", "resourceVersion": &*job.meta().resource_version,
    })
}

fn last_success(observed: &Observed) -> Option<Timestamp> {
    let completed = observed.jobs.iter().filter(|job| end(job) == Some(End::Complete));
    completed.filter_map(|job| job.get("/status/completionTime")?.as_str()?.parse().ok()).max()
}

fn write(cron_job: &Object, before: &Status, after: &Status) -> Option<Action> {
    let change = merge_patch(&json!(before), &json!(after))?;
    Some(Action::Patch {
        target: target(&CRON_JOBS, cron_job),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(cron_job.meta().resource_version.clone()),
    })
}

/// The CronJob controller.
pub(crate) struct CronJobs;

impl Controller for CronJobs {
    fn name(&self) -> &'static str {
        "cronjob"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if *change.resource == CRON_JOBS {
            return vec![Item::of(change.object)];
        }
        if *change.resource == resources::JOBS { change.controllers("CronJob") } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(cron_job) = api.get(&CRON_JOBS, &item.namespace, &item.name) else { return Plan::nothing() };
        let uid = cron_job.meta().uid.clone();
        let owned = api.owned_by(&uid).into_iter().filter(|(resource, _)| *resource == resources::JOBS);
        let jobs = owned.map(|(_, job)| job).filter(|job| is_controlled_by(job, &uid)).collect();
        plan(&Observed { cron_job, jobs }, context.now)
    }
}
