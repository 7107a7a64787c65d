//! What one pass over a Deployment looks at: the Deployment, its ReplicaSets and its pods, as values.

use super::condition::Condition;
use crate::plan::Refusal;
use crate::reading::{is_zero, read, time_text};
use apiserver::Object;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The Deployment.
    pub deployment: Object,
    /// The ReplicaSets it manages.
    pub owned: Vec<Object>,
    /// ReplicaSets that nobody manages and whose labels match.
    pub adoptable: Vec<Object>,
    /// ReplicaSets that bear the name the next new one would get, and are not its own.
    pub namesake: Option<Object>,
    /// Whether pods of older templates still run.
    pub old_pods: Vec<OldPod>,
    /// The refusal of this Deployment's last write.
    pub refused: Option<Refusal>,
}

/// A pod that has not ended, and the ReplicaSet that manages it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldPod {
    /// The ReplicaSet's uid.
    pub replica_set: Box<str>,
}

/// A Deployment taken apart; `status` is what the pass makes of it.
#[derive(Debug, Clone)]
pub(super) struct Deployment {
    pub object: Object,
    pub annotations: BTreeMap<String, String>,
    pub spec: Spec,
    pub status: Status,
    /// The revision annotation as this pass leaves it.
    pub revision: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub replicas: Option<i64>,
    pub selector: Value,
    pub template: Value,
    pub strategy: Strategy,
    pub min_ready_seconds: i64,
    pub revision_history_limit: Option<i64>,
    pub progress_deadline_seconds: Option<i64>,
    pub paused: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Strategy {
    pub r#type: String,
    pub rolling_update: RollingUpdate,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RollingUpdate {
    pub max_unavailable: Value,
    pub max_surge: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub available_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub unavailable_replicas: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
}

/// No limit, as Kubernetes spells it in fields that have none.
const UNLIMITED: i64 = i32::MAX as i64;

#[derive(Default, Deserialize)]
#[serde(default)]
struct WithSpecAndStatus {
    metadata: Annotated,
    spec: Spec,
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotated {
    annotations: BTreeMap<String, String>,
}

impl Deployment {
    pub(super) fn read(object: &Object) -> Self {
        let WithSpecAndStatus { metadata, spec, status } = read(object);
        let revision = metadata.annotations.get(super::annotations::REVISION).cloned();
        Deployment { object: object.clone(), annotations: metadata.annotations, spec, status, revision }
    }

    pub(super) fn replicas(&self) -> i64 {
        self.spec.replicas.unwrap_or(1)
    }

    pub(super) fn is_rolling(&self) -> bool {
        self.spec.strategy.r#type != "Recreate"
    }

    pub(super) fn progress_deadline(&self) -> Option<i64> {
        self.spec.progress_deadline_seconds.filter(|seconds| *seconds != UNLIMITED)
    }

    pub(super) fn history_limit(&self) -> Option<i64> {
        self.spec.revision_history_limit.filter(|limit| *limit != UNLIMITED)
    }

    pub(super) fn progressing(&self) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.r#type == "Progressing")
    }

    /// Sets a condition from now on.
    pub(super) fn set_condition(&mut self, now: Timestamp, condition: NewCondition<'_>) {
        let NewCondition { r#type, status, reason, message } = condition;
        let now = time_text(now);
        super::condition::set(
            &mut self.status.conditions,
            Condition {
                r#type: r#type.to_owned(),
                status: status.to_owned(),
                last_update_time: now.clone(),
                last_transition_time: now,
                reason: reason.to_owned(),
                message,
            },
        );
    }
}

/// A condition without its times.
pub(super) struct NewCondition<'a> {
    pub r#type: &'a str,
    pub status: &'a str,
    pub reason: &'a str,
    pub message: String,
}

/// A ReplicaSet taken apart; its replicas and annotations are what the pass makes of them.
#[derive(Debug, Clone)]
pub(super) struct ReplicaSet {
    /// As it stands in the cluster; `None` when this pass creates it.
    pub object: Option<Object>,
    pub name: String,
    pub uid: Box<str>,
    pub created: Timestamp,
    pub annotations: BTreeMap<String, String>,
    pub spec: ReplicaSetSpec,
    pub status: ReplicaSetStatus,
    /// What to tell once it is written.
    pub told: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ReplicaSetSpec {
    pub replicas: i64,
    pub min_ready_seconds: i64,
    pub template: Value,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ReplicaSetStatus {
    pub replicas: i64,
    pub ready_replicas: i64,
    pub available_replicas: i64,
    pub terminating_replicas: Option<i64>,
    pub observed_generation: i64,
    pub conditions: Vec<Condition>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WholeReplicaSet {
    metadata: Annotated,
    spec: ReplicaSetSpec,
    status: ReplicaSetStatus,
}

impl ReplicaSet {
    pub(super) fn read(object: &Object) -> Self {
        let WholeReplicaSet { metadata, spec, status } = read(object);
        ReplicaSet {
            name: object.name().to_owned(),
            uid: object.meta().uid.clone(),
            created: object.meta().creation_timestamp.unwrap_or_default(),
            annotations: metadata.annotations,
            spec,
            status,
            told: Vec::new(),
            object: Some(object.clone()),
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.spec.replicas > 0
    }

    /// A whole number kept in an annotation.
    pub(super) fn number(&self, annotation: &str) -> Option<i64> {
        self.annotations.get(annotation)?.parse().ok()
    }
}
