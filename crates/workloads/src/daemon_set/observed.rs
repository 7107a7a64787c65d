//! What one pass over a DaemonSet looks at.

use crate::plan::Refusal;
use crate::pod::Pod;
use crate::reading::is_zero;
use crate::revisions::{REVISION, Revision};
use apiserver::{GroupResource, Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `daemonsets.apps`.
pub(super) const DAEMON_SETS: GroupResource = GroupResource::new("apps", "daemonsets");

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The DaemonSet.
    pub set: Object,
    /// The pods it manages.
    pub pods: Vec<Object>,
    /// The recorded revisions of its template.
    pub revisions: Vec<Object>,
    /// All nodes.
    pub nodes: Vec<Object>,
    /// The refusal of this set's last write.
    pub refused: Option<Refusal>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    pub current_number_scheduled: i64,
    pub number_misscheduled: i64,
    pub desired_number_scheduled: i64,
    pub number_ready: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_number_scheduled: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub number_available: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub number_unavailable: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
}

/// Whether a node is to get a pod, and whether one that it has may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub runs: bool,
    pub keeps: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub template: Value,
    pub update_strategy: Strategy,
    pub revision_history_limit: Option<i64>,
    pub min_ready_seconds: i64,
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

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Whole {
    pub spec: Spec,
    pub status: Status,
}

/// A pod of the set and where it is, or is to be.
pub(super) struct Member<'o> {
    pub object: &'o Object,
    pub pod: Pod,
}

impl Member<'_> {
    pub(super) fn hash(&self) -> &str {
        self.object.meta().labels.get(REVISION).map(|hash| &**hash).unwrap_or_default()
    }
}

/// A node, whether it is to have a pod, and those it has.
pub(super) struct Site<'o> {
    pub name: &'o str,
    pub fit: Fit,
    pub members: Vec<Member<'o>>,
}

pub(super) struct Pass<'o> {
    pub observed: &'o Observed,
    pub spec: Spec,
    pub sites: Vec<Site<'o>>,
    /// Pods on nodes that are gone.
    pub stray: Vec<Member<'o>>,
    pub update: Revision,
    pub now: Timestamp,
}

impl Pass<'_> {
    pub(super) fn is_available(&self, member: &Member<'_>) -> bool {
        !member.object.meta().is_terminating() && member.pod.is_available(self.spec.min_ready_seconds, self.now)
    }
}
