//! A plan being made: in order, each write after the one before, under its guard. A leaf module.

use super::seen::Seen;
use api::names::API_VERSION;
use api::rollouts::{ExperimentStatus, ROLLOUT};
use cluster::{Change, ClusterId, Part, PatchKind, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity};
use jiff::{SignedDuration, Timestamp};
use merge::merge_patch;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A merge patch of the whole object, which must be as it was read.
pub fn merge_whole(object: &Object, body: Value) -> Planned {
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    Planned::new(Write::new(Target::of(object), change), Guard::unchanged(object.meta()))
}

/// An event of an Experiment.
pub fn event(object: &Object, severity: Severity, reason: &str, message: String) -> Event {
    Event {
        cluster: ClusterId::home(),
        regarding: Target::of(object),
        uid: object.meta().uid.clone(),
        severity,
        reason: reason.into(),
        dedupe: message.as_str().into(),
        message,
    }
}

/// A plan being made.
pub struct Draft<'s> {
    /// What was observed.
    pub seen: &'s Seen,
    /// The time.
    pub now: Timestamp,
    /// Everything is to come to an end.
    pub is_ending: bool,
    /// The status as it will be.
    pub status: ExperimentStatus,
    /// What is decided so far.
    pub plan: Plan,
    events: Vec<Event>,
    /// The last write of each object.
    last: BTreeMap<Target, usize>,
}

impl<'s> Draft<'s> {
    /// Nothing yet.
    pub fn new(seen: &'s Seen, now: Timestamp, is_ending: bool) -> Self {
        Draft {
            seen,
            now,
            is_ending,
            status: seen.experiment.status.clone(),
            plan: Plan::default(),
            events: Vec::new(),
            last: BTreeMap::new(),
        }
    }

    /// Makes a write, after those before it.
    pub fn push(&mut self, write: Write, guard: Guard) {
        let index = self.plan.writes.len();
        self.last.insert(write.target.clone(), index);
        self.plan.writes.push(Planned::new(write, guard).in_group(u32::try_from(index).unwrap_or(u32::MAX)));
    }

    /// Makes an object.
    pub fn create(&mut self, value: &Value) {
        if let Ok(object) = Object::from_value(value) {
            self.push(Write::new(Target::of(&object), Change::Create(object)), Guard::Absent);
        }
    }

    /// Changes an object that must be as it was read, or as an earlier write of this plan left it.
    pub fn patch(&mut self, object: &Object, body: Value) {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        let target = Target::of(object);
        let guard = self.last.get(&target).map_or_else(|| Guard::unchanged(object.meta()), |last| Guard::After(*last));
        self.push(Write::new(target, change), guard);
    }

    /// Tells something once the status is written.
    pub fn tell(&mut self, reason: &str, message: String) {
        self.events.push(event(&self.seen.object, Severity::Normal, reason, message));
    }

    /// Warns of something once the status is written.
    pub fn warn(&mut self, reason: &str, message: String) {
        self.events.push(event(&self.seen.object, Severity::Warning, reason, message));
    }

    /// Looks again when that time is over: times are compared strictly, and written in whole seconds.
    pub fn wake_after(&mut self, time: Timestamp) {
        let at = time.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        self.plan = std::mem::take(&mut self.plan).wake_at(at, Level::LOWEST);
    }

    /// Warns of something at the Rollout whose step this is, where people have subscribed.
    pub fn warn_rollout(&mut self, reason: &str, message: String) {
        let meta = self.seen.object.meta();
        let Some(owner) = meta.controller().filter(|owner| &*owner.kind == ROLLOUT) else { return };
        let gvk = Gvk::from_api_version(API_VERSION, ROLLOUT);
        self.events.push(Event {
            regarding: Target::new(gvk, self.seen.object.namespace(), &owner.name),
            uid: owner.uid.clone(),
            ..event(&self.seen.object, Severity::Warning, reason, message)
        });
    }

    /// The plan.
    pub fn finish(mut self) -> Plan {
        let before = &self.seen.experiment.status;
        if self.status != *before {
            let patch = merge_patch::create(&json!(before), &json!(self.status));
            self.plan.status = Some(merge_whole(&self.seen.object, json!({ "status": patch })).telling(self.events));
        } else {
            self.plan.events = self.events;
        }
        self.plan
    }
}
