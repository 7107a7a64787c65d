//! The status of a ReplicaSet.

use crate::pod::Pod;
use crate::reading::{is_zero, time_text};
use apiserver::{LabelSelector, Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    /// `None` only before the first pass: then it must be written even when it is 0.
    pub replicas: Option<i64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub fully_labeled_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub available_replicas: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    pub r#type: String,
    pub status: String,
    pub last_transition_time: String,
    pub reason: String,
    pub message: String,
}

/// What the status is made of.
pub(super) struct Counted<'a> {
    pub set: &'a Object,
    pub before: &'a Status,
    pub template: &'a Value,
    pub min_ready_seconds: i64,
    pub active: &'a [(&'a Object, &'a Pod)],
    pub terminating: usize,
    /// Reason and message, when pods could not be made or deleted.
    pub failure: Option<(&'static str, &'a str)>,
    pub now: Timestamp,
}

/// Which way the ReplicaSet failed to go.
pub(super) fn failed_reason(active: usize, desired: i64) -> &'static str {
    if i64::try_from(active).is_ok_and(|active| active > desired) { "FailedDelete" } else { "FailedCreate" }
}

/// Counts the pods.
pub(super) fn count(counted: &Counted<'_>) -> Status {
    let &Counted { set, before, template, min_ready_seconds, active, terminating, failure, now } = counted;
    let labels = LabelSelector::from_value(Some(&template["metadata"]["labels"]));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Status {
        replicas: Some(number(active.len())),
        fully_labeled_replicas: number(active.iter().filter(|(pod, _)| labels.matches(&pod.meta().labels)).count()),
        ready_replicas: number(active.iter().filter(|(_, pod)| pod.is_ready()).count()),
        available_replicas: number(active.iter().filter(|(_, pod)| pod.is_available(min_ready_seconds, now)).count()),
        terminating_replicas: Some(number(terminating)),
        observed_generation: set.meta().generation,
        conditions: conditions(&before.conditions, failure, now),
    }
}

/// A failure is told once and taken away when it is over.
fn conditions(before: &[Condition], failure: Option<(&'static str, &str)>, now: Timestamp) -> Vec<Condition> {
    let mut conditions = before.to_vec();
    let noted = conditions.iter().any(|condition| condition.r#type == "ReplicaFailure");
    match failure {
        None => conditions.retain(|condition| condition.r#type != "ReplicaFailure"),
        Some((reason, message)) if !noted => conditions.push(Condition {
            r#type: "ReplicaFailure".to_owned(),
            status: "True".to_owned(),
            last_transition_time: time_text(now),
            reason: reason.to_owned(),
            message: message.to_owned(),
        }),
        Some(_) => {}
    }
    conditions
}
