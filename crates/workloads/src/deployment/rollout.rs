//! The working state of one pass: the Deployment, its new and old ReplicaSets, and the writes decided so far.

use super::observed::{Deployment, ReplicaSet};
use super::revision;
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Note, Part, Severity};
use crate::reading::{about, target};
use apiserver::resources;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Who tells of a Deployment's events.
pub(super) const SOURCE: &str = "deployment-controller";

/// One pass.
pub(super) struct Rollout {
    pub deployment: Deployment,
    /// The ReplicaSet of the current template.
    pub new: Option<ReplicaSet>,
    /// All the others, oldest first.
    pub old: Vec<ReplicaSet>,
    pub now: Timestamp,
    pub actions: Vec<Action>,
}

impl Rollout {
    /// All ReplicaSets.
    pub(super) fn all(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.old.iter().chain(&self.new)
    }

    /// The replicas asked of all ReplicaSets together.
    pub(super) fn total(&self) -> i64 {
        self.all().map(|set| set.spec.replicas).sum()
    }

    /// An event about the Deployment.
    pub(super) fn note(&self, severity: Severity, reason: &'static str, message: String) -> Action {
        let about = about(&self.deployment.object);
        Action::Tell(Note { about, source: SOURCE, severity, reason, message, action: None })
    }

    /// The writes to ReplicaSets that this pass changed, each followed by what it tells.
    pub(super) fn changes(&mut self) {
        let changed: Vec<Action> = self.all().flat_map(|set| self.writes(set)).collect();
        self.actions.extend(changed);
    }

    fn writes(&self, set: &ReplicaSet) -> Vec<Action> {
        let Some(object) = &set.object else { return Vec::new() };
        let before = ReplicaSet::read(object);
        let change = merge_patch(&writable(&before), &writable(set));
        let patch = change.map(|change| Action::Patch {
            target: target(&resources::REPLICA_SETS, object),
            part: Part::Main,
            change,
            manager: CONTROLLER_MANAGER,
            resource_version: Some(object.meta().resource_version.clone()),
        });
        let notes = set.told.iter().map(|text| self.note(Severity::Normal, "ScalingReplicaSet", text.clone()));
        patch.into_iter().chain(notes).collect()
    }
}

/// What this controller writes of a ReplicaSet.
fn writable(set: &ReplicaSet) -> Value {
    let mut spec = json!({"replicas": set.spec.replicas});
    if set.spec.min_ready_seconds != 0 {
        spec["minReadySeconds"] = set.spec.min_ready_seconds.into();
    }
    json!({"metadata": {"annotations": set.annotations}, "spec": spec})
}

/// Gives a ReplicaSet another size, with the event that tells of it. Whether anything changed.
pub(super) fn resize(deployment: &Deployment, set: &mut ReplicaSet, replicas: i64) -> bool {
    let before = set.spec.replicas;
    if before == replicas {
        return false;
    }
    set.spec.replicas = replicas;
    revision::annotate_size(deployment, set);
    let direction = if before < replicas { "up" } else { "down" };
    set.told.push(format!("Scaled {direction} replica set {} from {before} to {replicas}", set.name));
    true
}
