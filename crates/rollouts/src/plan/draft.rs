//! A plan of writes being made: in order, each after the one before, each under its guard.

use super::patch::merge_patch;
use crate::kept::own;
use crate::observed::Seen;
use api::rollouts::{ROLLOUT, RolloutStatus};
use cluster::{Change, ClusterId, Part, PatchKind, Target, Write};
use controller::{Event, Guard, Plan, Planned, Severity};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A plan being made.
pub struct Draft<'s> {
    /// What was observed.
    pub seen: &'s Seen,
    /// What is decided so far.
    pub plan: Plan,
    /// The last write of each object that must be as it was read.
    last: BTreeMap<Target, usize>,
}

impl<'s> Draft<'s> {
    /// Nothing yet.
    pub fn new(seen: &'s Seen) -> Self {
        Draft { seen, plan: Plan::default(), last: BTreeMap::new() }
    }

    /// An object of the Rollout's namespace.
    pub fn target(&self, gvk: Gvk, name: &str) -> Target {
        Target::new(gvk, self.seen.object.namespace(), name)
    }

    /// The Rollout itself.
    pub fn rollout(&self) -> Target {
        self.target(own(ROLLOUT), self.seen.object.name())
    }

    /// Makes a write; gives its place.
    pub fn push(&mut self, write: Write, guard: Guard) -> usize {
        let index = self.plan.writes.len();
        let group = u32::try_from(index).unwrap_or(u32::MAX);
        self.plan.writes.push(Planned::new(write, guard).in_group(group));
        index
    }

    /// Makes a write of an object that must be as it was read, or as an earlier write of this plan left it.
    pub fn push_unchanged(&mut self, write: Write, object: &Object) -> usize {
        let target = write.target.clone();
        let guard = self.last.get(&target).map_or_else(|| Guard::unchanged(object.meta()), |last| Guard::After(*last));
        let index = self.push(write, guard);
        self.last.insert(target, index);
        index
    }

    /// Changes the Rollout, outside its status.
    pub fn patch_rollout(&mut self, body: Value) -> usize {
        let write = merge(self.rollout(), body, Part::Whole);
        let object = &self.seen.object;
        self.push_unchanged(write, object)
    }

    /// Writes the status, last.
    pub fn set_status(&mut self, after: &RolloutStatus) {
        self.plan.status = self.status_write(after);
    }

    fn status_write(&self, after: &RolloutStatus) -> Option<Planned> {
        let target = self.rollout();
        let body = json!({"status": status_patch(&self.seen.rollout.status, after)?});
        let last = self.last.get(&target);
        let guard = last.map_or_else(|| Guard::unchanged(self.seen.object.meta()), |last| Guard::After(*last));
        Some(Planned::new(merge(target, body, Part::Status), guard))
    }

    /// The plan.
    pub fn finish(self) -> Plan {
        self.plan
    }
}

/// What changed of a status.
pub fn status_patch(before: &RolloutStatus, after: &RolloutStatus) -> Option<Value> {
    merge_patch(&json!(before), &json!(after))
}

/// A merge patch.
pub fn merge(target: Target, body: Value, part: Part) -> Write {
    Write::new(target, Change::Patch { kind: PatchKind::Merge, body, part })
}

/// An event of a Rollout.
pub fn event(rollout: &Object, severity: Severity, reason: &str, message: &str) -> Event {
    Event {
        cluster: ClusterId::home(),
        regarding: Target::of(rollout),
        uid: rollout.meta().uid.clone(),
        severity,
        reason: reason.into(),
        message: message.to_owned(),
        // Compat: what says the same of the same object is the same event, counted up.
        dedupe: message.into(),
    }
}
