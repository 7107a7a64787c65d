//! Pods: the one word for how a pod is, counted from its containers.

use super::age::{age, parse, since};
use super::labels::or_none;
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What was counted of the containers.
#[derive(Default)]
struct Count {
    ready: usize,
    restarts: i64,
    last_restart: Option<Timestamp>,
}

impl Count {
    fn add_restarts(&mut self, status: &Value) {
        self.restarts += read::number(status, "restartCount");
        let finished = status.pointer("/lastState/terminated/finishedAt").and_then(parse);
        self.last_restart = self.last_restart.max(finished);
    }
}

/// The cells.
pub fn row(pod: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(pod, "spec"), read::at(pod, "status"));
    let sidecars = read::list(spec, "initContainers").iter().filter(|container| is_sidecar(container)).count();
    let total = read::list(spec, "containers").len() + sidecars;
    let mut count = Count::default();
    let reason = reason(pod, &mut count);
    let restarts = match count.last_restart {
        Some(time) if count.restarts != 0 => {
            format!("{} ({} ago)", count.restarts, since(&json!(time.to_string()), now))
        }
        _ => count.restarts.to_string(),
    };
    let address = read::list(status, "podIPs").first().map_or("", |first| read::text(first, "ip"));
    let address = if address.is_empty() { read::text(status, "podIP") } else { address };
    let or_none = |text: &str| json!(or_none(text.to_owned()));
    vec![
        name(pod),
        json!(format!("{}/{total}", count.ready)),
        json!(reason),
        json!(restarts),
        json!(age(pod, now)),
        or_none(address),
        or_none(read::text(spec, "nodeName")),
        or_none(read::text(status, "nominatedNodeName")),
        json!(gates(spec, status)),
    ]
}

/// The condition that says that a pod is done.
pub fn row_conditions(pod: &Value) -> Option<Value> {
    let (reason, message) = match read::text(read::at(pod, "status"), "phase") {
        "Succeeded" => ("Succeeded", "The pod has completed successfully."),
        "Failed" => ("Failed", "The pod failed."),
        _ => return None,
    };
    Some(json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]))
}

fn is_sidecar(container: &Value) -> bool {
    read::text(container, "restartPolicy") == "Always"
}

fn has_condition(status: &Value, kind: &str) -> bool {
    read::list(status, "conditions")
        .iter()
        .any(|condition| read::text(condition, "type") == kind && read::text(condition, "status") == "True")
}

fn reason(pod: &Value, count: &mut Count) -> String {
    let (spec, status) = (read::at(pod, "spec"), read::at(pod, "status"));
    let mut reason = read::text(status, "phase").to_owned();
    if !read::text(status, "reason").is_empty() {
        reason = read::text(status, "reason").to_owned();
    }
    let gated = |condition: &Value| {
        read::text(condition, "type") == "PodScheduled" && read::text(condition, "reason") == "SchedulingGated"
    };
    if read::list(status, "conditions").iter().any(gated) {
        reason = "SchedulingGated".to_owned();
    }
    let initializing = starting(spec, status, count);
    if initializing.is_none() || has_condition(status, "Initialized") {
        reason = running(status, reason, count);
    }
    if let Some(initializing) = initializing.filter(|_| !has_condition(status, "Initialized")) {
        reason = initializing;
    }
    if read::at(pod, "metadata").get("deletionTimestamp").is_some() {
        if read::text(status, "reason") == "NodeLost" {
            return "Unknown".to_owned();
        }
        if !matches!(read::text(status, "phase"), "Succeeded" | "Failed") {
            return "Terminating".to_owned();
        }
    }
    reason
}

/// What the first init container that is not done is doing.
fn starting(spec: &Value, status: &Value, count: &mut Count) -> Option<String> {
    let containers = read::list(spec, "initContainers");
    let sidecar = |name: &str| containers.iter().any(|one| read::text(one, "name") == name && is_sidecar(one));
    let mut sidecar_restarts = Count::default();
    let mut all = Count::default();
    let mut waiting_for = None;
    for (index, one) in read::list(status, "initContainerStatuses").iter().enumerate() {
        all.add_restarts(one);
        let is_sidecar = sidecar(read::text(one, "name"));
        if is_sidecar {
            sidecar_restarts.add_restarts(one);
        }
        if one.pointer("/state/terminated/exitCode").and_then(Value::as_i64) == Some(0) {
            continue;
        }
        if is_sidecar && read::flag(one, "started") {
            count.ready += usize::from(read::flag(one, "ready"));
            continue;
        }
        waiting_for = Some(init_reason(one, index, containers.len()));
        break;
    }
    let counted = if waiting_for.is_some() { all } else { sidecar_restarts };
    count.restarts = counted.restarts;
    count.last_restart = counted.last_restart;
    waiting_for
}

fn init_reason(status: &Value, index: usize, total: usize) -> String {
    if let Some(ended) = status.pointer("/state/terminated") {
        return format!("Init:{}", ended_reason(ended));
    }
    let waiting = status.pointer("/state/waiting/reason").and_then(Value::as_str).unwrap_or_default();
    if !waiting.is_empty() && waiting != "PodInitializing" {
        return format!("Init:{waiting}");
    }
    format!("Init:{index}/{total}")
}

fn ended_reason(ended: &Value) -> String {
    match (read::text(ended, "reason"), read::number(ended, "signal")) {
        ("", 0) => format!("ExitCode:{}", read::number(ended, "exitCode")),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

fn running(status: &Value, mut reason: String, count: &mut Count) -> String {
    let mut some_run = false;
    for one in read::list(status, "containerStatuses").iter().rev() {
        count.add_restarts(one);
        let waiting = one.pointer("/state/waiting/reason").and_then(Value::as_str).unwrap_or_default();
        if !waiting.is_empty() {
            reason = waiting.to_owned();
        } else if let Some(ended) = one.pointer("/state/terminated") {
            reason = ended_reason(ended);
        } else if read::flag(one, "ready") && one.pointer("/state/running").is_some() {
            some_run = true;
            count.ready += 1;
        }
    }
    if reason == "Completed" && some_run {
        let ready = has_condition(status, "Ready");
        reason = if ready { "Running" } else { "NotReady" }.to_owned();
    }
    reason
}

fn gates(spec: &Value, status: &Value) -> String {
    let gates = read::list(spec, "readinessGates");
    if gates.is_empty() {
        return super::labels::NONE.to_owned();
    }
    let open = gates.iter().filter(|gate| has_condition(status, read::text(gate, "conditionType"))).count();
    format!("{open}/{}", gates.len())
}
