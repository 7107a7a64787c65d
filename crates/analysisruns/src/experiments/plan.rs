//! What one pass over an Experiment does, as writes. Pure.

use super::seen::{Observed, Seen, What};
use super::{analyses, assess, templates};
use api::rollouts::{AnalysisPhase, ExperimentStatus};
use cluster::{Change, ClusterId, Part, PatchKind, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity};
use jiff::{SignedDuration, Timestamp};
use merge::merge_patch;
use object::Object;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Decides.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Plan {
    match &observed.what {
        What::Nothing => Plan::default(),
        What::Unreadable(object, problem) => refused(object, problem),
        What::Experiment(seen) => go_on(seen, now),
    }
}

fn go_on(seen: &Seen, now: Timestamp) -> Plan {
    let experiment = &seen.experiment;
    if let Some(problem) = invalid(seen) {
        return refused(&seen.object, &problem);
    }
    let is_ending = assess::is_ending(experiment);
    let mut draft = Draft {
        seen,
        now,
        is_ending,
        status: experiment.status.clone(),
        plan: Plan::default(),
        events: Vec::new(),
        last: BTreeMap::new(),
    };
    for template in &experiment.spec.templates {
        templates::reconcile(&mut draft, template);
    }
    for analysis in &experiment.spec.analyses {
        analyses::reconcile(&mut draft, analysis);
    }
    assess::assess(experiment, &mut draft.status, now);
    if let Some(end) = assess::ends_at(experiment).filter(|end| *end >= now && !is_ending) {
        draft.wake_after(end);
    }
    draft.finish()
}

/// What is wrong with the spec.
fn invalid(seen: &Seen) -> Option<String> {
    let (spec, name) = (&seen.experiment.spec, seen.object.name());
    let mut names = BTreeSet::new();
    for (at, template) in spec.templates.iter().enumerate() {
        if template.name.is_empty() {
            return Some(format!("Experiment {name} has empty template name at index {at}"));
        }
        if !names.insert(&template.name) {
            return Some(format!("Experiment {name} has repeated template name '{}' in templates", template.name));
        }
        let selector = template.selector.as_ref();
        if selector.is_none_or(|it| it.match_labels.is_empty() && it.match_expressions.is_empty()) {
            return Some(format!(
                "This experiment is selecting all pods at index {at}. A non-empty selector is required."
            ));
        }
    }
    if spec.templates.is_empty() {
        return Some("Experiment has missing field '.spec.templates'".to_owned());
    }
    let duration = Some(&spec.duration).filter(|text| !text.is_empty())?;
    sprig::duration::parse(duration).err().map(|error| format!("invalid duration: {error}"))
}

/// An Experiment that cannot be carried out: it ends, saying so.
fn refused(object: &Object, problem: &str) -> Plan {
    let value = object.value();
    let phase = value.pointer("/status/phase").and_then(Value::as_str).and_then(AnalysisPhase::parse);
    if phase.is_some_and(AnalysisPhase::is_completed) {
        return Plan::default();
    }
    let message = format!("InvalidSpec: {problem}");
    let status = json!({"phase": AnalysisPhase::Error.to_string(), "message": message});
    let told = event(object, Severity::Warning, "InvalidSpec", problem.to_owned());
    Plan { status: Some(merge_whole(object, json!({ "status": status })).telling(vec![told])), ..Plan::default() }
}

fn merge_whole(object: &Object, body: Value) -> Planned {
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    Planned::new(Write::new(Target::of(object), change), Guard::unchanged(object.meta()))
}

fn event(object: &Object, severity: Severity, reason: &str, message: String) -> Event {
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

impl Draft<'_> {
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

    fn finish(mut self) -> Plan {
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
