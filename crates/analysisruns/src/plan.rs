//! What one pass over a run does, as writes and questions. Pure.
//!
//! What was answered is written before anything more is asked: a status always knows of the measurements whose successors
//! are under way.

use crate::inbox::Mail;
use crate::observed::{Observed, Query, Seen, What};
use crate::status_patch::status_patch;
use analysis::{TaskKind, World};
use api::rollouts::{AnalysisPhase, AnalysisRunStatus, MetricResult};
use cluster::{Change, ClusterId, Part, PatchKind, Propagation, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity, Step};
use jiff::Timestamp;
use object::Object;
use serde_json::{Value, json};

/// In a measurement's metadata: the evidence of a comparison.
const EVIDENCE: &str = "e-value";

/// Decides.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Step<Query> {
    match &observed.what {
        What::Nothing => Step::Do(Plan::default()),
        What::Unreadable(object, problem) => Step::Do(unreadable(object, problem)),
        What::Run(seen) => go_on(seen, now),
    }
}

fn go_on(seen: &Seen, now: Timestamp) -> Step<Query> {
    let run = &*seen.run;
    let decided = match &seen.mail.refusal {
        Some(message) => analysis::refused(run, message, now),
        None => {
            let Mail { answers, asking, stirred, .. } = seen.mail.clone();
            analysis::plan_prepared(World { run, answers, asking, stirred, now }, &seen.prepared)
        }
    };
    let writes = decided.status.is_some() || decided.deletes;
    let mut queries = Vec::new();
    if seen.may_ask && writes && !seen.has_forgotten {
        queries.extend(decided.garbage.iter().cloned().map(Query::Forget));
    }
    if seen.may_ask && !writes {
        queries.extend(decided.tasks.iter().cloned().map(|task| Query::Ask(Box::new(task))));
    }
    if !queries.is_empty() {
        return Step::Ask(queries);
    }
    let mut plan = Plan { waiting: waiting(&decided, seen), ..Plan::default() };
    if let Some(at) = decided.wake {
        plan = plan.wake_at(at, Level::LOWEST);
    }
    if let Some(status) = &decided.status {
        plan.status = Some(status_write(seen, status, &decided.events));
        if !decided.tasks.is_empty() {
            plan = plan.wake_at(now, Level::LOWEST);
        }
    }
    if decided.deletes {
        let delete = Write::new(Target::of(&seen.object), Change::Delete(Propagation::Background));
        plan.writes.push(Planned::new(delete, Guard::same(seen.object.meta())));
    }
    Step::Do(plan)
}

fn waiting(decided: &analysis::Plan, seen: &Seen) -> Vec<String> {
    let mut waiting = decided.waiting.clone();
    if !seen.may_ask && !decided.tasks.is_empty() {
        waiting.push("the replica that leads: it asks the providers".to_owned());
    }
    waiting
}

fn status_write(seen: &Seen, status: &AnalysisRunStatus, told: &[analysis::Event]) -> Planned {
    let body = status_patch(&seen.run.status, status);
    let mut events: Vec<Event> = evidence(seen, status);
    events.extend(told.iter().map(|told| event(&seen.object, told)));
    patch(&seen.object, PatchKind::Json, body).telling(events)
}

/// Compat: a run's status is a part of the run itself, and has no subresource.
fn patch(object: &Object, kind: PatchKind, body: Value) -> Planned {
    let change = Change::Patch { kind, body, part: Part::Whole };
    Planned::new(Write::new(Target::of(object), change), Guard::unchanged(object.meta()))
}

fn event(object: &Object, told: &analysis::Event) -> Event {
    Event {
        cluster: ClusterId::home(),
        regarding: Target::of(object),
        uid: object.meta().uid.clone(),
        severity: if told.is_warning { Severity::Warning } else { Severity::Normal },
        reason: told.reason.as_str().into(),
        message: told.message.clone(),
        dedupe: told.message.as_str().into(),
    }
}

/// What a comparison has come to, told once with all that it rests on.
fn evidence(seen: &Seen, after: &AnalysisRunStatus) -> Vec<Event> {
    let before = &seen.run.status.metric_results;
    let was_over = |result: &MetricResult| {
        before.iter().any(|known| known.name == result.name && known.phase().is_some_and(AnalysisPhase::is_completed))
    };
    let ended = after.metric_results.iter().filter(|result| result.phase().is_some_and(AnalysisPhase::is_completed));
    let told = ended.filter(|result| !was_over(result)).filter_map(|result| {
        let last = result.measurements.last()?;
        let get = |key: &str| last.metadata.get(key).map(String::as_str).unwrap_or_default();
        last.metadata.get(EVIDENCE)?;
        let message = format!(
            "Metric '{}': {}; canary {}, stable {}, odds ratio {}, e-value {}",
            result.name,
            last.message,
            get("canary"),
            get("stable"),
            get("odds-ratio"),
            get(EVIDENCE)
        );
        let is_warning = result.phase() == Some(AnalysisPhase::Failed);
        Some(event(&seen.object, &analysis::Event { is_warning, reason: "ComparisonVerdict".to_owned(), message }))
    });
    told.collect()
}

/// A run with a field that cannot be read: it ends, saying so.
fn unreadable(object: &Object, problem: &str) -> Plan {
    let value = object.value();
    let phase = value.pointer("/status/phase").and_then(Value::as_str).and_then(AnalysisPhase::parse);
    if phase.is_some_and(AnalysisPhase::is_completed) {
        return Plan::default();
    }
    let status =
        json!({"phase": AnalysisPhase::Error.to_string(), "message": format!("Analysis spec invalid: {problem}")});
    let body = json!({ "status": status });
    Plan { status: Some(patch(object, PatchKind::Merge, body)), ..Plan::default() }
}

/// What ends a measurement that was begun for a run which is over.
#[must_use]
pub fn ending(run: &api::rollouts::AnalysisRun, number: i64, answer: analysis::Answer) -> Option<analysis::Task> {
    let metric = run.spec.metrics.iter().find(|metric| metric.name == answer.metric)?.clone();
    Some(analysis::Task {
        kind: TaskKind::Terminate,
        metric: metric.into(),
        unfinished: Some(answer.measurement),
        number,
    })
}
