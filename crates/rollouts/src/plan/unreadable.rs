//! Statuses that say what went wrong with a Rollout as a whole: a field of the wrong type, a ReplicaSet that cannot be
//! made, an object of a router that cannot be written.

use super::draft::{event, merge, status_patch};
use crate::observed::Seen;
use api::Time;
use api::rollouts::RolloutCondition;
use api::rollouts::names::{CONDITION_INVALID_SPEC, CONDITION_PROGRESSING};
use cluster::{ClusterError, ErrorClass, Part, Target};
use controller::{Guard, Plan, Planned, Severity};
use jiff::Timestamp;
use object::Object;
use serde_json::{Value, json};
use strategy::{REASON_ROUTING_ERROR, TRAFFIC_ROUTED};

const CREATE_ERROR: &str = "ReplicaSetCreateError";

/// A Rollout with a field that cannot be read: says so on it, and touches nothing else.
pub fn plan(object: &Object, problem: &str, now: Timestamp) -> Plan {
    let waiting = vec![format!("a spec that can be read: {problem}; change what the message names")];
    let message = format!("The Rollout {:?} is invalid: {problem}", object.name());
    let value = object.value();
    let conditions = value.pointer("/status/conditions").and_then(Value::as_array).cloned().unwrap_or_default();
    let (known, mut others): (Vec<Value>, Vec<Value>) =
        conditions.into_iter().partition(|condition| condition["type"] == CONDITION_INVALID_SPEC);
    if known.iter().any(|condition| condition["message"] == *message) {
        return Plan { waiting, ..Plan::default() };
    }
    let mut condition = json!(of(CONDITION_INVALID_SPEC, CONDITION_INVALID_SPEC, message.clone(), now));
    condition["status"] = json!("True");
    others.push(condition);
    let mut status = json!({
        "conditions": others,
        "phase": "Degraded",
        "message": format!("{CONDITION_INVALID_SPEC}: {message}"),
    });
    if value.pointer("/status/observedGeneration").is_none_or(Value::is_string) {
        status["observedGeneration"] = json!(object.meta().generation.to_string());
    }
    let write = merge(Target::of(object), json!({ "status": status }), Part::Status);
    Plan { status: Some(Planned::new(write, Guard::unchanged(object.meta()))), waiting, ..Plan::default() }
}

/// The status that says that a ReplicaSet could not be made.
pub fn creation_failed(seen: &Seen, name: &str, why: &str, now: Timestamp) -> Option<Planned> {
    let message = format!("Failed to create new replica set {name:?}: {why}");
    let mut status = seen.rollout.status.clone();
    status.conditions.retain(|condition| condition.kind != CONDITION_PROGRESSING);
    let known = seen.rollout.status.condition(CONDITION_PROGRESSING);
    let condition = of(CONDITION_PROGRESSING, CREATE_ERROR, message.clone(), now);
    match known.filter(|known| known.reason == CREATE_ERROR && known.message == message) {
        Some(_) => return None,
        None => status.conditions.push(condition),
    }
    let body = json!({"status": status_patch(&seen.rollout.status, &status)?});
    let write = merge(Target::of(&seen.object), body, Part::Status);
    let told = event(&seen.object, Severity::Warning, CREATE_ERROR, &message);
    Some(Planned::new(write, Guard::unchanged(seen.object.meta())).telling(vec![told]))
}

/// The status that says that an object of a router was not written; `None` when it was only read too early, or when that
/// is said already.
pub fn route_refused(seen: &Seen, target: &Target, error: &ClusterError, now: Timestamp) -> Option<Planned> {
    if matches!(error.class, ErrorClass::Conflict | ErrorClass::AlreadyExists | ErrorClass::NotSent) {
        return None;
    }
    let message = format!("{target} was not written: {}", error.message);
    if seen.rollout.status.condition(TRAFFIC_ROUTED).is_some_and(|known| known.message == message) {
        return None;
    }
    let mut status = seen.rollout.status.clone();
    status.conditions.retain(|condition| condition.kind != TRAFFIC_ROUTED);
    status.conditions.push(of(TRAFFIC_ROUTED, REASON_ROUTING_ERROR, message.clone(), now));
    let body = json!({"status": status_patch(&seen.rollout.status, &status)?});
    let write = merge(Target::of(&seen.object), body, Part::Status);
    let told = event(&seen.object, Severity::Warning, REASON_ROUTING_ERROR, &message);
    Some(Planned::new(write, Guard::unchanged(seen.object.meta())).telling(vec![told]))
}

fn of(kind: &str, reason: &str, message: String, now: Timestamp) -> RolloutCondition {
    RolloutCondition {
        kind: kind.to_owned(),
        status: "False".to_owned(),
        last_update_time: Time::new(now),
        last_transition_time: Time::new(now),
        reason: reason.to_owned(),
        message,
        ..RolloutCondition::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said_once_and_the_rest_of_the_status_stays() {
        let other = json!({"type": "Available", "status": "True"});
        let mut value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
            "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "7", "generation": 3},
            "status": {"conditions": [other], "stableRS": "x"}});
        let object = Object::from_value(&value).expect("an object");
        let said = plan(&object, "field spec.replicas: expected a number", Timestamp::UNIX_EPOCH);
        let status = said.status.expect("a status");
        let cluster::Change::Patch { body, .. } = &status.write.change else { unreachable!("a patch: {status}") };
        let message = "The Rollout \"web\" is invalid: field spec.replicas: expected a number";
        assert_eq!(body["status"]["message"], format!("InvalidSpec: {message}"));
        assert_eq!(body["status"]["conditions"][0], other);
        assert_eq!(body["status"]["conditions"][1]["message"], message);
        assert!(body["status"].get("stableRS").is_none(), "what is not changed is not written");
        value["status"]["conditions"] = body["status"]["conditions"].clone();
        let object = Object::from_value(&value).expect("an object");
        let again = plan(&object, "field spec.replicas: expected a number", Timestamp::UNIX_EPOCH);
        assert!(again.is_empty() && !again.waiting.is_empty());
    }
}
