//! Pod: one that runs on is judged by readiness and restarts, one that ends by how it ended.

use crate::fields::{condition, count, list, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing, Unknown};
use api::hook::is_hook;
use api::names::ANNOTATION_IGNORE_RESTART_POLICY;
use object::Object;
use serde_json::Value;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let runs_on = runs_on(live, &value);
    if runs_on && let Some(health) = stuck_containers(&value) {
        return Ok(health);
    }
    let message = text(&value, "/status/message");
    let status = match text(&value, "/status/phase") {
        "Pending" => Progressing,
        "Succeeded" => Healthy,
        "Failed" => return Ok(Health::new(Degraded, failure(&value))),
        "Running" if runs_on => running(&value),
        "Running" if matches!(text(&value, "/spec/restartPolicy"), "OnFailure" | "Never") => Progressing,
        _ => Unknown,
    };
    Ok(Health::new(status, message))
}

/// Whether the pod is meant to run until somebody deletes it.
fn runs_on(live: &Object, value: &Value) -> bool {
    let ignores_policy = live.meta().annotation(ANNOTATION_IGNORE_RESTART_POLICY) == Some("true");
    text(value, "/spec/restartPolicy") == "Always" || (ignores_policy && !is_hook(live.meta()))
}

// Compat: init containers do not count here, so that one in a crash loop leaves the pod Progressing.
fn stuck_containers(value: &Value) -> Option<Health> {
    let stuck = |container: &&Value| {
        let reason = text(container, "/state/waiting/reason");
        reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff")
    };
    let messages: Vec<&str> = list(value, "/status/containerStatuses")
        .iter()
        .filter(stuck)
        .map(|container| text(container, "/state/waiting/message"))
        .collect();
    (!messages.is_empty()).then(|| Health::new(Degraded, messages.join(", ")))
}

fn failure(value: &Value) -> String {
    let message = text(value, "/status/message");
    if !message.is_empty() {
        return message.to_owned();
    }
    let init = list(value, "/status/initContainerStatuses").iter();
    init.chain(list(value, "/status/containerStatuses")).find_map(termination).unwrap_or_default()
}

/// Why a container ended, if it ended badly or said something.
fn termination(container: &Value) -> Option<String> {
    let terminated = container.pointer("/state/terminated").filter(|state| !state.is_null())?;
    let message = text(terminated, "/message");
    let exit_code = count(terminated, "/exitCode");
    if !message.is_empty() {
        Some(message.to_owned())
    } else if text(terminated, "/reason") == "OOMKilled" {
        Some("OOMKilled".to_owned())
    } else if exit_code != 0 {
        Some(format!("container {:?} failed with exit code {exit_code}", text(container, "/name")))
    } else {
        None
    }
}

fn running(value: &Value) -> api::HealthStatusCode {
    let restarted =
        |container: &Value| container.pointer("/lastState/terminated").is_some_and(|state| !state.is_null());
    if condition(value, "Ready").is_some_and(|ready| text(ready, "/status") == "True") {
        Healthy
    } else if list(value, "/status/containerStatuses").iter().any(restarted) {
        Degraded
    } else {
        Progressing
    }
}
