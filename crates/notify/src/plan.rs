//! What is recorded, what is sent, and when to look again. Pure.

use crate::evaluate::Due;
use crate::key::gvk;
use crate::observed::{Observed, Query, Seen};
use crate::outbox::Standing;
use crate::problem::{CONDITION, Problem, text};
use cluster::{Change, ClusterId, Part, PatchKind, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity, Step};
use jiff::{SignedDuration, Timestamp};
use notifications::Product;
use notifications::notified::{ANNOTATION, Notified};
use serde_json::{Value as Json, json};

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
    plan.waiting.extend(problems.iter().map(Problem::line));
    let annotation = (applies && notified != known).then(|| notified.to_annotation());
    write(seen, annotation, &problems, now, &mut plan);
    plan
}

fn write(seen: &Seen, annotation: Option<Option<String>>, problems: &[Problem], now: Timestamp, plan: &mut Plan) {
    let before = condition_of(&seen.object.get("/status/conditions").unwrap_or_default());
    let conditions = conditions(seen, &before, problems, now);
    let events = events(seen, &before, problems);
    let target = Target::new(gvk(seen.product), seen.object.namespace(), seen.object.name());
    let patch =
        |body: Json, part: Part| Write::new(target.clone(), Change::Patch { kind: PatchKind::Merge, body, part });
    let (same, unchanged) = (Guard::same(seen.object.meta()), Guard::unchanged(seen.object.meta()));
    let annotation = annotation.map(|text| json!({"annotations": {ANNOTATION: text}}));
    // An Application's status is part of it, a Rollout's is not.
    match (seen.product, annotation, conditions) {
        (_, None, None) => plan.events = events,
        (_, Some(metadata), None) => {
            plan.status = Some(Planned::new(patch(json!({"metadata": metadata}), Part::Whole), same).telling(events));
        }
        (Product::Applications, metadata, Some(conditions)) => {
            let mut body = json!({"status": {"conditions": conditions}});
            if let Some(metadata) = metadata {
                body["metadata"] = metadata;
            }
            plan.status = Some(Planned::new(patch(body, Part::Whole), unchanged).telling(events));
        }
        (Product::Rollouts, _, Some(conditions)) => {
            let body = json!({"status": {"conditions": conditions}});
            plan.status = Some(Planned::new(patch(body, Part::Status), unchanged).telling(events));
        }
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
