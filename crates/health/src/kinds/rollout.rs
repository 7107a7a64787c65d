//! Argo Rollout: what its controller says, or, for statuses from before version 1.0, what can be concluded.

use crate::fields::{count, integer, is_true, list, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{self, Degraded, Healthy, Progressing, Suspended, Unknown};
use object::Object;
use serde_json::Value;

/// Where the controller notes which generation of the referenced workload it saw.
const WORKLOAD_GENERATION: &str = "rollout.argoproj.io/workload-generation";

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    if !is_observed(live, &value) || !is_workload_observed(live, &value) {
        return Ok(Health::new(Progressing, "Waiting for rollout spec update to be observed"));
    }
    if let Some(phase) = value.pointer("/status/phase").and_then(Value::as_str) {
        return Ok(from_phase(phase, text(&value, "/status/message")));
    }
    Ok(failed(&value)
        .or_else(|| paused(&value))
        .or_else(|| unreconciled(&value))
        .or_else(|| replicas(&value))
        .or_else(|| unfinished(&value))
        .unwrap_or_else(|| Health::new(Healthy, "")))
}

/// A status without a numeric generation, or with one from the future, is of version 0.9 and counts as observed.
fn is_observed(live: &Object, value: &Value) -> bool {
    if value.get("status").is_none_or(Value::is_null) {
        return false;
    }
    let observed = number(value.pointer("/status/observedGeneration"));
    observed.is_none_or(|observed| observed >= live.meta().generation)
}

fn is_workload_observed(live: &Object, value: &Value) -> bool {
    let has_annotations = value.pointer("/metadata/annotations").is_some_and(|it| !it.is_null());
    if value.pointer("/spec/workloadRef").is_none_or(Value::is_null) || !has_annotations {
        return true;
    }
    let wanted = live.meta().annotation(WORKLOAD_GENERATION).and_then(|text| text.trim().parse().ok());
    wanted == number(value.pointer("/status/workloadObservedGeneration"))
}

/// A number, or a string that reads as one.
fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

fn from_phase(phase: &str, message: &str) -> Health {
    match phase {
        "Paused" => Health::new(Suspended, message),
        other => match HealthStatusCode::parse(other) {
            Some(status) => Health::new(status, message),
            None => Health::new(Unknown, "Lua returned an invalid health status"),
        },
    }
}

fn failed(value: &Value) -> Option<Health> {
    let is_failure = |it: &&Value| match text(it, "/type") {
        "InvalidSpec" => true,
        "Progressing" => matches!(text(it, "/reason"), "RolloutAborted" | "ProgressDeadlineExceeded"),
        _ => false,
    };
    let condition = list(value, "/status/conditions").iter().find(is_failure)?;
    Some(Health::new(Degraded, text(condition, "/message")))
}

fn paused(value: &Value) -> Option<Health> {
    let is_paused = !list(value, "/status/pauseConditions").is_empty() || is_true(value, "/spec/paused");
    is_paused.then(|| Health::new(Suspended, "Rollout is paused"))
}

fn unreconciled(value: &Value) -> Option<Health> {
    let has_hash = value.pointer("/status/currentPodHash").is_some_and(|it| !it.is_null());
    let message = "Waiting for rollout to finish: status has not been reconciled.";
    (!has_hash).then(|| Health::new(Progressing, message))
}

fn replicas(value: &Value) -> Option<Health> {
    let updated = count(value, "/status/updatedReplicas");
    let waiting = if updated < integer(value, "/spec/replicas").unwrap_or(1) {
        "More replicas need to be updated"
    } else if count(value, "/status/availableReplicas") < updated {
        "updated replicas are still becoming available"
    } else {
        return None;
    };
    Some(Health::new(Progressing, format!("Waiting for roll out to finish: {waiting}")))
}

fn unfinished(value: &Value) -> Option<Health> {
    let has = |pointer| value.pointer(pointer).is_some_and(|it: &Value| !it.is_null());
    let current = text(value, "/status/currentPodHash");
    let stable =
        if has("/status/stableRS") { text(value, "/status/stableRS") } else { text(value, "/status/canary/stableRS") };
    let waiting = if has("/spec/strategy/blueGreen") {
        let is_cut_over = has("/status/blueGreen") && text(value, "/status/blueGreen/activeSelector") == current;
        match (is_cut_over, stable.is_empty() || stable == current) {
            (false, _) => "active service cutover pending",
            (true, false) => "waiting for analysis to complete",
            (true, true) => return None,
        }
    } else if has("/spec/strategy/canary") {
        if count(value, "/status/replicas") > count(value, "/status/updatedReplicas") {
            "Waiting for roll out to finish: old replicas are pending termination"
        } else if stable.is_empty() || stable != current {
            "Waiting for rollout to finish steps"
        } else {
            return None;
        }
    } else {
        return None;
    };
    Some(Health::new(Progressing, waiting))
}
