//! One pass over a run: record what was answered, assess, ask for what is due.

use crate::assess::{assess, is_terminating};
use crate::plan::{Event, Garbage, Plan, TaskKind, World};
use crate::prepared::{Prepared, Ready};
use crate::record::record;
use crate::rules::Rules;
use crate::tasks::{Due, due, is_completed, task};
use api::rollouts::{AnalysisPhase, AnalysisRun, AnalysisRunStatus};
use jiff::{SignedDuration, Timestamp};

/// What the run does next.
///
/// Guarantees: at the same time and with the same answers the plan is the same; once its status is written and its tasks
/// are under way, a further pass has nothing to do before [`Plan::wake`].
#[must_use]
pub fn plan(world: World<'_>) -> Plan {
    plan_prepared(world, &Prepared::default())
}

/// The same, by whoever keeps what the run's spec comes to.
#[must_use]
pub fn plan_prepared(world: World<'_>, prepared: &Prepared) -> Plan {
    let run = world.run;
    if is_completed(run.status.phase()) {
        return after_its_end(run, world.now);
    }
    let mut plan = Plan::default();
    let mut status = run.status.clone();
    match prepared.of(&run.spec) {
        Ok(ready) => measure(world, &mut status, &mut plan, ready),
        Err(message) => end(&mut status, &mut plan, AnalysisPhase::Error, message.to_owned(), world.now),
    }
    if status != run.status {
        plan.status = Some(Box::new(status));
    }
    plan
}

/// The run ends: an argument of it cannot be had, and why.
#[must_use]
pub fn refused(run: &AnalysisRun, why: &str, now: Timestamp) -> Plan {
    if is_completed(run.status.phase()) {
        return after_its_end(run, now);
    }
    let (mut plan, mut status) = (Plan::default(), run.status.clone());
    let message = format!("Unable to resolve metric arguments: {why}");
    end(&mut status, &mut plan, AnalysisPhase::Error, message, now);
    plan.status = Some(Box::new(status));
    plan
}

fn measure(world: World<'_>, status: &mut AnalysisRunStatus, plan: &mut Plan, ready: &Ready) {
    let World { run, answers, asking, stirred, now } = world;
    let Ready { given, metrics, rules } = ready;
    status.started_at.get_or_insert(now.into());
    record(status, answers, rules, now);
    let assessed = assess(run, status, metrics, rules);
    plan.events.extend(assessed.events);
    let is_over = assessed.phase.is_completed() && !has_unfinished(status);
    let phase = if is_over || !assessed.phase.is_completed() { assessed.phase } else { AnalysisPhase::Running };
    if status.phase() != Some(phase) {
        if phase.is_completed() {
            end(status, plan, phase, assessed.message, now);
        } else {
            status.phase_word = phase.to_string();
            status.message = assessed.message;
        }
    }
    forget(status, plan, rules);
    if phase.is_completed() {
        return;
    }
    let is_terminating = is_terminating(run, status);
    for (metric, given) in metrics.iter().zip(given) {
        if asking.contains(&metric.name) {
            plan.waiting.push(format!("an answer about {}", metric.name));
            continue;
        }
        match due(metric, status, is_terminating) {
            Due::Never => {}
            Due::At(Some(at), kind) if at > now && !(kind == TaskKind::Resume && stirred.contains(&metric.name)) => {
                plan.wake_at(at);
                plan.waiting.push(match kind {
                    TaskKind::Start => format!("the next measurement of {} at {at:.0}", metric.name),
                    _ => format!("the measurement of {} to go on at {at:.0}", metric.name),
                });
            }
            Due::At(_, kind) => plan.tasks.push(task(given, status, kind)),
        }
    }
}

/// Whether a measurement is still to be ended or finished.
fn has_unfinished(status: &AnalysisRunStatus) -> bool {
    status.metric_results.iter().any(|result| {
        let last = result.measurements.last();
        !is_completed(result.phase()) && last.is_some_and(|last| last.finished_at.is_none())
    })
}

fn end(status: &mut AnalysisRunStatus, plan: &mut Plan, phase: AnalysisPhase, message: String, now: Timestamp) {
    status.phase_word = phase.to_string();
    status.message = message;
    status.completed_at.get_or_insert(now.into());
    plan.events.push(Event {
        is_warning: matches!(phase, AnalysisPhase::Failed | AnalysisPhase::Error),
        reason: format!("AnalysisRun{phase}"),
        message: format!("Analysis Completed. Result: {phase}"),
    });
}

/// Keeps as many measurements as the rules say.
fn forget(status: &mut AnalysisRunStatus, plan: &mut Plan, rules: &Rules) {
    for result in &mut status.metric_results {
        let keep = rules.kept(&result.name);
        let beyond = result.measurements.len().saturating_sub(keep);
        if beyond > 0 {
            result.measurements.drain(..beyond);
            plan.garbage.push(Garbage { metric: result.name.clone(), keep });
        }
    }
}

/// A run that is over is deleted when its time is.
fn after_its_end(run: &AnalysisRun, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    let (Some(strategy), Some(completed)) = (&run.spec.ttl_strategy, run.status.completed_at) else { return plan };
    let by_phase = match run.status.phase() {
        Some(AnalysisPhase::Successful) => strategy.seconds_after_success,
        Some(AnalysisPhase::Failed) => strategy.seconds_after_failure,
        _ => None,
    };
    let Some(seconds) = by_phase.or(strategy.seconds_after_completion) else { return plan };
    if run.metadata.deletion_timestamp.is_some() {
        return plan;
    }
    // Strictly after: the first whole second beyond.
    let over = SignedDuration::from_secs(i64::from(seconds) + 1);
    let at = completed.timestamp().checked_add(over).unwrap_or(Timestamp::MAX);
    if now >= at {
        plan.deletes = true;
    } else {
        plan.wake_at(at);
    }
    plan
}
