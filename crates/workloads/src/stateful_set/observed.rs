//! What one pass over a StatefulSet looks at.

use crate::plan::Refusal;
use crate::pod::Pod;
use crate::reading::is_zero;
use crate::revisions::{REVISION, Revision};
use apiserver::{GroupResource, Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `statefulsets.apps`.
pub(super) const STATEFUL_SETS: GroupResource = GroupResource::new("apps", "statefulsets");

/// `persistentvolumeclaims`.
pub(super) const CLAIMS: GroupResource = GroupResource::new("", "persistentvolumeclaims");

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The StatefulSet.
    pub set: Object,
    /// The pods it manages.
    pub pods: Vec<Object>,
    /// The recorded revisions of its template.
    pub revisions: Vec<Object>,
    /// The claims in its namespace.
    pub claims: Vec<Object>,
    /// The refusal of this set's last write.
    pub refused: Option<Refusal>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    pub replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub current_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_revision: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    pub available_replicas: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub replicas: Option<i64>,
    pub selector: Value,
    pub service_name: String,
    pub template: Value,
    pub volume_claim_templates: Vec<Value>,
    pub pod_management_policy: String,
    pub update_strategy: Strategy,
    pub revision_history_limit: Option<i64>,
    pub min_ready_seconds: i64,
    pub ordinals: Ordinals,
    pub persistent_volume_claim_retention_policy: Retention,
}

/// What becomes of claims; `Retain` unless `Delete` is said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Retention {
    pub when_deleted: String,
    pub when_scaled: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Strategy {
    pub r#type: String,
    pub rolling_update: RollingUpdate,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RollingUpdate {
    pub partition: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ordinals {
    pub start: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Whole {
    pub spec: Spec,
    pub status: Status,
}

/// A pod of the set.
pub(super) struct Member<'o> {
    pub object: &'o Object,
    pub pod: Pod,
    pub ordinal: i64,
}

impl Member<'_> {
    pub(super) fn revision(&self) -> &str {
        self.object.meta().labels.get(REVISION).map(|revision| &**revision).unwrap_or_default()
    }

    pub(super) fn is_terminating(&self) -> bool {
        self.object.meta().is_terminating()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.pod.status.phase == "Running" && self.pod.is_ready()
    }
}

/// One pass over a set.
pub(super) struct Pass<'o> {
    pub observed: &'o Observed,
    pub spec: Spec,
    pub members: BTreeMap<i64, Member<'o>>,
    /// The revision everything is to come to.
    pub update: Revision,
    /// The name of the revision everything was of.
    pub current: String,
    pub now: Timestamp,
}

impl Pass<'_> {
    pub(super) fn desired(&self) -> std::ops::Range<i64> {
        let start = self.spec.ordinals.start;
        start..start + self.spec.replicas.unwrap_or(1).max(0)
    }

    pub(super) fn is_parallel(&self) -> bool {
        self.spec.pod_management_policy == "Parallel"
    }

    pub(super) fn is_available(&self, member: &Member<'_>) -> bool {
        member.is_ready() && member.pod.is_available(self.spec.min_ready_seconds, self.now)
    }
}
