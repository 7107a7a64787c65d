//! The status a pod's node reports.

use super::timeline::{Moment, Run, Stage};
use crate::reading::time_text;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What the status is made of.
pub(super) struct Reported<'a> {
    pub spec: &'a Value,
    pub before: &'a Value,
    pub moment: &'a Moment,
    pub seen: Timestamp,
    pub now: Timestamp,
    pub host_ip: &'a str,
    pub pod_ip: &'a str,
}

/// The status at a moment, keeping what others reported.
pub(super) fn report(reported: &Reported<'_>) -> Value {
    let mut status = reported.before.clone();
    status["phase"] = phase(reported.moment).into();
    status["conditions"] = conditions(reported);
    status["hostIP"] = reported.host_ip.into();
    status["hostIPs"] = json!([{"ip": reported.host_ip}]);
    if status["startTime"].is_null() {
        status["startTime"] = time_text(reported.seen).into();
    }
    if !matches!(reported.moment.stage, Stage::Creating) {
        status["podIP"] = reported.pod_ip.into();
        status["podIPs"] = json!([{"ip": reported.pod_ip}]);
    }
    let named = |list: &str| reported.spec[list].as_array().cloned().unwrap_or_default();
    status["containerStatuses"] = named("containers").iter().map(|own| container(own, reported.moment)).collect();
    let initial = named("initContainers");
    if !initial.is_empty() {
        status["initContainerStatuses"] = initial.iter().map(|own| init_container(own, reported)).collect();
    }
    status
}

fn phase(moment: &Moment) -> &'static str {
    match moment.stage {
        Stage::Creating | Stage::Pulling(_) => "Pending",
        Stage::Running { .. } | Stage::BackingOff => "Running",
        Stage::Ended(Run { code: 0, .. }) => "Succeeded",
        Stage::Ended(_) => "Failed",
    }
}

fn conditions(reported: &Reported<'_>) -> Value {
    let before = reported.before["conditions"].as_array().cloned().unwrap_or_default();
    let created = !matches!(reported.moment.stage, Stage::Creating);
    let (ready, reason, message) = match reported.moment.stage {
        Stage::Running { ready: true, .. } => (true, None, None),
        Stage::Ended(Run { code: 0, .. }) => (false, Some("PodCompleted"), None),
        Stage::Ended(_) => (false, Some("PodFailed"), None),
        _ => (false, Some("ContainersNotReady"), Some(unready(reported.spec))),
    };
    let condition = |kind: &str, holds: bool, why: Option<(&str, Option<&str>)>| {
        let status = if holds { "True" } else { "False" };
        let old = before.iter().find(|old| old["type"] == kind && old["status"] == status);
        let since = old.map_or_else(|| time_text(reported.now).into(), |old| old["lastTransitionTime"].clone());
        let mut condition = json!({"type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": since});
        if let Some((reason, message)) = why {
            condition["reason"] = reason.into();
            if let Some(message) = message {
                condition["message"] = message.into();
            }
        }
        condition
    };
    let why = reason.map(|reason| (reason, message.as_deref()));
    let own = [
        condition("PodReadyToStartContainers", created, None),
        condition("Initialized", true, None),
        condition("ContainersReady", ready, why),
        condition("Ready", ready, why),
    ];
    let kinds = ["PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"];
    let others = before.iter().filter(|old| old["type"].as_str().is_some_and(|kind| !kinds.contains(&kind)));
    own.into_iter().chain(others.cloned()).collect()
}

fn unready(spec: &Value) -> String {
    let names = spec["containers"].as_array().into_iter().flatten().filter_map(|own| own["name"].as_str());
    format!("containers with unready status: [{}]", names.collect::<Vec<_>>().join(" "))
}

fn container(container: &Value, moment: &Moment) -> Value {
    let image = container["image"].as_str().unwrap_or_default();
    let name = container["name"].as_str().unwrap_or_default();
    let (state, ready, started) = match moment.stage {
        Stage::Creating => (json!({"waiting": {"reason": "ContainerCreating"}}), false, false),
        Stage::Pulling(reason) => {
            (json!({"waiting": {"reason": reason, "message": pull_message(reason, image)}}), false, false)
        }
        Stage::Running { since, ready } => (json!({"running": {"startedAt": time_text(since)}}), ready, true),
        Stage::BackingOff => {
            let message = format!("back-off restarting failed container={name}");
            (json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}}), false, false)
        }
        Stage::Ended(run) => (terminated(run), false, false),
    };
    let mut status = json!({
        "name": name, "image": image, "imageID": "", "restartCount": moment.restarts,
        "state": state, "lastState": moment.last.map_or_else(|| json!({}), terminated),
        "ready": ready, "started": started,
    });
    if !matches!(moment.stage, Stage::Creating | Stage::Pulling(_)) {
        status["imageID"] = format!("sim://{image}").into();
        status["containerID"] = format!("sim://{name}").into();
    }
    status
}

fn pull_message(reason: &str, image: &str) -> String {
    if reason == "ImagePullBackOff" {
        format!("Back-off pulling image \"{image}\"")
    } else {
        format!("failed to pull and unpack image \"{image}\": not found")
    }
}

fn terminated(run: Run) -> Value {
    let reason = if run.code == 0 { "Completed" } else { "Error" };
    json!({"terminated": {
        "exitCode": run.code, "reason": reason,
        "startedAt": time_text(run.from), "finishedAt": time_text(run.to),
    }})
}

/// Init containers have done their work by the time the others are looked at; sidecars run beside them.
fn init_container(own: &Value, reported: &Reported<'_>) -> Value {
    if own["restartPolicy"] == "Always" || matches!(reported.moment.stage, Stage::Creating | Stage::Pulling(_)) {
        return container(own, reported.moment);
    }
    let run = Run { from: reported.seen, to: reported.seen, code: 0 };
    let mut status = container(own, &Moment { stage: Stage::Ended(run), restarts: 0, last: None, next: None });
    status["ready"] = true.into();
    status
}
