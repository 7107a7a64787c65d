//! What one pass over a Job looks at, and the status it makes of it.

use crate::pod::Pod;
use crate::reading::{is_zero, read};
use apiserver::Object;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The Job.
    pub job: Object,
    /// The pods it manages.
    pub pods: Vec<Object>,
}

/// The finalizer that keeps a pod until the Job has counted it.
pub(super) const TRACKING: &str = "batch.kubernetes.io/job-tracking";
/// The index of a pod of an indexed Job.
pub(super) const INDEX: &str = "batch.kubernetes.io/job-completion-index";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub parallelism: Option<i64>,
    pub completions: Option<i64>,
    pub backoff_limit: Option<i64>,
    pub active_deadline_seconds: Option<i64>,
    pub ttl_seconds_after_finished: Option<i64>,
    pub completion_mode: String,
    pub pod_replacement_policy: String,
    pub suspend: bool,
    pub template: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_time: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    pub active: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub succeeded: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub completed_indexes: String,
    pub uncounted_terminated_pods: Option<Uncounted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<i64>,
}

/// Pods that have ended and are on their way into the counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Uncounted {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub succeeded: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub failed: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    pub r#type: String,
    pub status: String,
    pub last_probe_time: String,
    pub last_transition_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    spec: Spec,
    status: Status,
}

/// The Job's spec and status.
pub(super) fn parts(job: &Object) -> (Spec, Status) {
    let Whole { spec, status } = read(job);
    (spec, status)
}

/// A pod and where it stands.
pub(super) struct Member<'o> {
    pub object: &'o Object,
    pub pod: Pod,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Terminating,
    Succeeded,
    Failed,
}

impl<'o> Member<'o> {
    pub(super) fn read(object: &'o Object) -> Self {
        let pod = Pod::read(object);
        let state = match pod.status.phase.as_str() {
            "Succeeded" => State::Succeeded,
            "Failed" => State::Failed,
            _ if object.meta().is_terminating() => State::Terminating,
            _ => State::Active,
        };
        Member { object, pod, state }
    }

    pub(super) fn is_tracked(&self) -> bool {
        self.object.meta().finalizers.iter().any(|own| &**own == TRACKING)
    }

    /// Its index in an indexed Job.
    pub(super) fn index(&self) -> Option<i64> {
        self.object.meta().annotation(INDEX)?.parse().ok()
    }
}

impl Spec {
    pub(super) fn parallelism(&self) -> i64 {
        self.parallelism.unwrap_or(1)
    }

    pub(super) fn is_indexed(&self) -> bool {
        self.completion_mode == "Indexed"
    }

    /// Whether a pod that is being deleted counts as failed, so that another takes its place at once.
    pub(super) fn replaces_terminating(&self) -> bool {
        self.pod_replacement_policy != "Failed"
    }
}

impl Status {
    pub(super) fn holds(&self, kind: &str) -> bool {
        self.conditions.iter().any(|condition| condition.r#type == kind && condition.status == "True")
    }

    pub(super) fn is_finished(&self) -> bool {
        self.holds("Complete") || self.holds("Failed")
    }
}
