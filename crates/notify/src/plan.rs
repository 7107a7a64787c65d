//! What is recorded, what is sent, and when to look again. Pure.

use crate::evaluate::Due;
use crate::fired::DONE_WITHIN;
use crate::key::gvk;
use crate::observed::{Observed, Query, Seen};
use crate::outbox::Standing;
use crate::problem::{CONDITION, Problem, text};
use api::rollouts::ANNOTATION_WAITING;
use cluster::{Change, ClusterId, Part, PatchKind, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity, Step};
use jiff::{SignedDuration, Timestamp};
use notifications::Product;
use notifications::notified::{ANNOTATION, Notified};
use serde_json::{Map, Value as Json, json};

/// How often conditions are looked at that depend on the time: as upstream does.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// How long an event of a Rollout is tried to be told: later it is no news.
pub const NEWS: SignedDuration = SignedDuration::from_hours(1);

/// Decides on one object.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Step<Query> {
    let Some(seen) = &observed.seen else { return Step::Do(Plan::default()) };
    let known = Notified::parse(seen.object.meta().annotation(ANNOTATION));
    let is_due = |due: &&Due| {
        let is_told = due.fired.is_none() && known.has(&due.item);
        let may_begin = match seen.outbox.get(&due.item) {
            None => true,
            Some(Standing::Failed { next, .. }) => *next <= now,
            Some(Standing::Sending | Standing::Settled { .. }) => false,
        };
        !is_told && may_begin
    };
    let due: Vec<Query> =
        seen.evaluation.due.iter().filter(is_due).map(|due| Query::Send(Box::new(due.clone()))).collect();
    if !due.is_empty() && seen.may_send {
        return Step::Ask(due);
    }
    Step::Do(record(seen, known, now))
}

/// What to write: whom was told, and what stands in the way.
fn record(seen: &Seen, known: Notified, now: Timestamp) -> Plan {
    let mut notified = known.clone();
    let mut problems = seen.evaluation.problems.clone();
    let mut plan = Plan::default();
    let applies = seen.product == Product::Applications;
    seen.evaluation.cleared.iter().for_each(|item| notified.remove(item));
    for due in seen.evaluation.due.iter().filter(|due| !(applies && known.has(&due.item))) {
        match seen.outbox.get(&due.item) {
            Some(Standing::Settled { at }) if applies => notified.insert(due.item.clone(), at.as_second()),
            Some(Standing::Failed { cause, next }) => {
                let message = format!("{} to {} failed: {cause}", due.trigger, due.destination);
                problems.push(Problem { reason: "NotificationFailed", message, next: Some(*next) });
                plan = plan.wake_at(*next, Level::LOWEST);
            }
            Some(Standing::Sending) => plan.waiting.push(format!("{} to reach {}", due.trigger, due.destination)),
            Some(Standing::Settled { .. }) | None => {}
        }
    }
    notified.truncate();
    if seen.evaluation.depends_on_time {
        plan = plan.wake_at(now.checked_add(AGAIN).unwrap_or(Timestamp::MAX), Level::LOWEST);
    }
    for event in &seen.remaining.0 {
        let end = Timestamp::from_millisecond(event.at).and_then(|at| at.checked_add(DONE_WITHIN));
        plan = plan.wake_at(end.unwrap_or(Timestamp::MAX).max(now), Level::LOWEST);
    }
    plan.waiting.extend(problems.iter().map(Problem::line));
    let annotation = match seen.product {
        Product::Applications => (notified != known).then(|| (ANNOTATION, notified.to_annotation())),
        Product::Rollouts => {
            (seen.remaining != seen.written).then(|| (ANNOTATION_WAITING, seen.remaining.to_annotation()))
        }
    };
    write(seen, annotation, &problems, now, &mut plan);
    plan
}

/// An annotation's name, and its value; without one it goes.
type Annotation = (&'static str, Option<String>);

fn write(seen: &Seen, annotation: Option<Annotation>, problems: &[Problem], now: Timestamp, plan: &mut Plan) {
    let before = condition_of(&seen.object.get("/status/conditions").unwrap_or_default());
    let conditions = conditions(seen, &before, problems, now);
    let events = events(seen, &before, problems);
    let metadata = annotation.map(|(name, text)| json!({"annotations": {name: text}}));
    match seen.product {
        Product::Applications => write_application(seen, metadata, conditions, plan),
        Product::Rollouts => write_rollout(seen, metadata, conditions, plan),
    }
    match &mut plan.status {
        Some(planned) => planned.events = events,
        None => plan.events = events,
    }
}

fn patch(seen: &Seen, body: Json, part: Part) -> Write {
    let target = Target::new(gvk(seen.product), seen.object.namespace(), seen.object.name());
    Write::new(target, Change::Patch { kind: PatchKind::Merge, body, part })
}

/// An Application's status is part of it.
fn write_application(seen: &Seen, metadata: Option<Json>, conditions: Option<Json>, plan: &mut Plan) {
    let meta = seen.object.meta();
    let guard = if conditions.is_some() { Guard::unchanged(meta) } else { Guard::same(meta) };
    let metadata = metadata.map(|metadata| ("metadata".to_owned(), metadata));
    let status = conditions.map(|conditions| ("status".to_owned(), json!({"conditions": conditions})));
    let body: Map<String, Json> = metadata.into_iter().chain(status).collect();
    if !body.is_empty() {
        plan.status = Some(Planned::new(patch(seen, body.into(), Part::Whole), guard));
    }
}

/// A Rollout's status is not. What is written down may have grown meanwhile: then it is decided anew.
fn write_rollout(seen: &Seen, metadata: Option<Json>, conditions: Option<Json>, plan: &mut Plan) {
    let mut guard = Guard::unchanged(seen.object.meta());
    if let Some(metadata) = metadata {
        plan.writes.push(Planned::new(patch(seen, json!({"metadata": metadata}), Part::Whole), guard));
        guard = Guard::After(0);
    }
    if let Some(conditions) = conditions {
        let body = json!({"status": {"conditions": conditions}});
        plan.status = Some(Planned::new(patch(seen, body, Part::Status), guard));
    }
}

/// The text of the condition that is there; empty without one.
fn condition_of(conditions: &Json) -> String {
    let found = conditions.as_array().into_iter().flatten().find(|it| it["type"] == CONDITION);
    found.and_then(|it| it["message"].as_str()).unwrap_or_default().to_owned()
}

/// The conditions as they should be; `None` when they are.
fn conditions(seen: &Seen, before: &str, problems: &[Problem], now: Timestamp) -> Option<Json> {
    let wanted = text(problems);
    if wanted == before {
        return None;
    }
    let all = seen.object.get("/status/conditions").unwrap_or_default();
    let mut all: Vec<Json> =
        all.as_array().into_iter().flatten().filter(|it| it["type"] != CONDITION).cloned().collect();
    let at = format!("{now:.0}");
    if !wanted.is_empty() {
        all.push(match seen.product {
            Product::Applications => json!({"type": CONDITION, "message": wanted, "lastTransitionTime": at}),
            Product::Rollouts => json!({
                "type": CONDITION, "status": "True", "reason": problems[0].reason, "message": wanted,
                "lastTransitionTime": at, "lastUpdateTime": at,
            }),
        });
    }
    Some(all.into())
}

/// What was not said before is said as an event too.
fn events(seen: &Seen, before: &str, problems: &[Problem]) -> Vec<Event> {
    let new = problems.iter().filter(|problem| !before.lines().any(|line| line == problem.line()));
    let event = |problem: &Problem| Event {
        cluster: ClusterId::home(),
        regarding: Target::new(gvk(seen.product), seen.object.namespace(), seen.object.name()),
        uid: seen.object.meta().uid.clone(),
        severity: Severity::Warning,
        reason: problem.reason.into(),
        message: problem.line(),
        dedupe: problem.message.as_str().into(),
    };
    new.map(event).collect()
}
