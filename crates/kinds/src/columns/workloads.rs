//! Workloads: deployments and what stands beside and below them.

use super::age::{age, human_duration, parse, since};
use super::labels::{NONE, containers, first, of_map, of_selector, or_none};
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Metrics shown of an autoscaler.
const METRICS_SHOWN: usize = 2;

fn template(spec: &Value) -> (Value, Value) {
    let (names, images) = containers(read::at(read::at(spec, "template"), "spec"));
    (json!(names), json!(images))
}

/// Pod templates.
pub fn pod_template(object: &Value, _: Timestamp) -> Vec<Value> {
    let template = read::at(object, "template");
    let (names, images) = containers(read::at(template, "spec"));
    let labels = of_map(read::at(read::at(template, "metadata"), "labels"));
    vec![name(object), json!(names), json!(images), json!(labels)]
}

/// Deployments.
pub fn deployment(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let (names, images) = template(spec);
    vec![
        name(object),
        json!(format!("{}/{}", read::number(status, "readyReplicas"), read::number(spec, "replicas"))),
        json!(read::number(status, "updatedReplicas")),
        json!(read::number(status, "availableReplicas")),
        json!(age(object, now)),
        names,
        images,
        json!(of_selector(read::at(spec, "selector"))),
    ]
}

fn replicas(object: &Value, selector: String, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let (names, images) = template(spec);
    vec![
        name(object),
        json!(read::number(spec, "replicas")),
        json!(read::number(status, "replicas")),
        json!(read::number(status, "readyReplicas")),
        json!(age(object, now)),
        names,
        images,
        json!(selector),
    ]
}

/// Replica sets.
pub fn replica_set(object: &Value, now: Timestamp) -> Vec<Value> {
    replicas(object, of_selector(read::at(read::at(object, "spec"), "selector")), now)
}

/// Replication controllers.
pub fn replication_controller(object: &Value, now: Timestamp) -> Vec<Value> {
    replicas(object, of_map(read::at(read::at(object, "spec"), "selector")), now)
}

/// Stateful sets.
pub fn stateful_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let (names, images) = template(spec);
    let ready = format!("{}/{}", read::number(status, "readyReplicas"), read::number(spec, "replicas"));
    vec![name(object), json!(ready), json!(age(object, now)), names, images]
}

/// Daemon sets.
pub fn daemon_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let (names, images) = template(spec);
    let nodes = read::at(read::at(read::at(spec, "template"), "spec"), "nodeSelector");
    let counts = [
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    ];
    let mut cells = vec![name(object)];
    cells.extend(counts.iter().map(|field| json!(read::number(status, field))));
    cells.extend([json!(of_map(nodes)), json!(age(object, now)), names, images]);
    cells.push(json!(of_selector(read::at(spec, "selector"))));
    cells
}

/// Controller revisions.
pub fn revision(object: &Value, now: Timestamp) -> Vec<Value> {
    let owners = read::list(read::at(object, "metadata"), "ownerReferences");
    let owner = owners.iter().find(|owner| read::flag(owner, "controller"));
    let owner = owner.map(|owner| {
        let (group, _) = read::text(owner, "apiVersion").split_once('/').unwrap_or_default();
        let kind = read::text(owner, "kind").to_lowercase();
        let kind = if group.is_empty() { kind } else { format!("{kind}.{group}") };
        format!("{kind}/{}", read::text(owner, "name"))
    });
    let owner = or_none(owner.unwrap_or_default());
    vec![name(object), json!(owner), json!(read::number(object, "revision")), json!(age(object, now))]
}

fn job_status(object: &Value) -> &'static str {
    let is = |kind: &str| {
        read::list(read::at(object, "status"), "conditions")
            .iter()
            .any(|condition| read::text(condition, "type") == kind && read::text(condition, "status") == "True")
    };
    let kinds = ["Complete", "Failed"];
    if let Some(kind) = kinds.into_iter().find(|kind| is(kind)) {
        return kind;
    }
    if read::at(object, "metadata").get("deletionTimestamp").is_some() {
        return "Terminating";
    }
    ["Suspended", "FailureTarget", "SuccessCriteriaMet"].into_iter().find(|kind| is(kind)).unwrap_or("Running")
}

/// Jobs.
pub fn job(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let (names, images) = template(spec);
    let succeeded = read::number(status, "succeeded");
    let completions = match (read::given_number(spec, "completions"), read::number(spec, "parallelism")) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    };
    let end = parse(read::at(status, "completionTime"));
    let duration = parse(read::at(status, "startTime"))
        .map_or_else(String::new, |start| human_duration(end.unwrap_or(now).duration_since(start)));
    vec![
        name(object),
        json!(job_status(object)),
        json!(completions),
        json!(duration),
        json!(age(object, now)),
        names,
        images,
        json!(of_selector(read::at(spec, "selector"))),
    ]
}

/// Cron jobs.
pub fn cron_job(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let job = read::at(read::at(spec, "jobTemplate"), "spec");
    let (names, images) = template(job);
    let last = read::given(status, "lastScheduleTime").map_or_else(|| NONE.to_owned(), |time| since(time, now));
    let suspend = match read::given_flag(spec, "suspend") {
        Some(true) => "True",
        Some(false) => "False",
        None => NONE,
    };
    vec![
        name(object),
        json!(read::text(spec, "schedule")),
        json!(or_none(read::text(spec, "timeZone").to_owned())),
        json!(suspend),
        json!(read::list(status, "active").len()),
        json!(last),
        json!(age(object, now)),
        names,
        images,
        json!(of_selector(read::at(job, "selector"))),
    ]
}

/// Autoscalers, in their second version.
pub fn autoscaler(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let target = read::at(spec, "scaleTargetRef");
    let least = read::given_number(spec, "minReplicas").map_or_else(|| "<unset>".to_owned(), |least| least.to_string());
    let current = read::list(status, "currentMetrics");
    let metrics: Vec<String> = read::list(spec, "metrics")
        .iter()
        .enumerate()
        .map(|(index, metric)| one_metric(metric, current.get(index).unwrap_or(&Value::Null)))
        .collect();
    vec![
        name(object),
        json!(format!("{}/{}", read::text(target, "kind"), read::text(target, "name"))),
        json!(or_none(first(&metrics, METRICS_SHOWN, ", "))),
        json!(least),
        json!(read::number(spec, "maxReplicas")),
        json!(read::number(status, "currentReplicas")),
        json!(age(object, now)),
    ]
}

fn one_metric(metric: &Value, current: &Value) -> String {
    let kinds = [
        ("Resource", "resource"),
        ("ContainerResource", "containerResource"),
        ("Pods", "pods"),
        ("Object", "object"),
        ("External", "external"),
    ];
    let kind = read::text(metric, "type");
    let Some((_, field)) = kinds.iter().find(|(name, _)| *name == kind) else { return "<unknown type>".to_owned() };
    let source = read::at(metric, field);
    let (target, now) = (read::at(source, "target"), read::at(read::at(current, field), "current"));
    let values = [("averageUtilization", "%"), ("averageValue", ""), ("value", "")];
    let shown = |from: &Value, (field, unit): (&str, &str)| match read::given(from, field)? {
        Value::String(text) => Some(format!("{text}{unit}")),
        number => Some(format!("{number}{unit}")),
    };
    let Some(value) = values.into_iter().find(|value| shown(target, *value).is_some()) else {
        return "<auto>".to_owned();
    };
    let wanted = shown(target, value).unwrap_or_default();
    let is = shown(now, value).unwrap_or_else(|| "<unknown>".to_owned());
    match *field {
        "resource" => format!("{}: {is}/{wanted}", read::text(source, "name")),
        "containerResource" => {
            format!("{}/{}: {is}/{wanted}", read::text(source, "container"), read::text(source, "name"))
        }
        _ if value.0 == "averageValue" && *field != "pods" => format!("{is}/{wanted} (avg)"),
        _ => format!("{is}/{wanted}"),
    }
}
