//! In plain words: what a Rollout is waiting for, since when, and what would unblock it.

use crate::icon;
use crate::owned::age;
use crate::replica_set::SetView;
use crate::rollout::{RolloutView, Seen};
use crate::text::status_line;
use jiff::{SignedDuration, Timestamp};
use kinds::columns::human_duration;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use strategy::counts::current_step;
use strategy::{Plan, Waiting, step_text};

/// What is said of a Rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Where it stands.
    pub headline: String,
    /// The step it is at.
    pub step: Option<String>,
    /// What it is waiting for.
    pub waiting: Vec<Waiting>,
    /// What its controller does next; it does so at once, unless none runs.
    pub next: Vec<String>,
    /// When it counts as failed unless something moves.
    pub deadline: Option<Timestamp>,
    /// When its controller looks again even if nothing happens.
    pub wake: Option<Timestamp>,
}

/// Explains a Rollout by what its controller would do now.
#[must_use]
pub fn explain(seen: &Seen<'_>, plan: &Plan) -> Explained {
    let view = RolloutView::of(seen);
    let since = progress(seen);
    let mut waiting: Vec<Waiting> = view.sets.iter().filter_map(|set| pods(set, since)).collect();
    waiting.extend(plan.waiting.iter().cloned());
    let is_progressing = view.status == "Progressing";
    let limit = SignedDuration::from_secs(seen.rollout.spec.progress_deadline_seconds().into());
    let reason = if view.message.is_empty() { String::new() } else { format!(": {}", view.message) };
    Explained {
        headline: format!("Rollout {}/{} is {}{reason}", view.namespace, view.name, view.status),
        step: step(seen),
        next: next(plan),
        deadline: since.filter(|_| is_progressing).and_then(|since| since.checked_add(limit).ok()),
        wake: plan.wake,
        waiting,
    }
}

/// What a plan does, the status last.
fn next(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan.actions.iter().map(ToString::to_string).collect();
    lines.extend(plan.status.as_ref().map(|status| format!("status: {}", status_line(&status.phase, &status.message))));
    lines
}

/// Since when nothing has moved.
fn progress(seen: &Seen<'_>) -> Option<Timestamp> {
    let condition = seen.rollout.status.condition(api::rollouts::names::CONDITION_PROGRESSING)?;
    Some(condition.last_update_time.timestamp())
}

fn step(seen: &Seen<'_>) -> Option<String> {
    let steps = seen.rollout.spec.strategy.canary.as_ref()?.steps.len();
    let current = current_step(seen.rollout)?;
    let step = current.step?;
    Some(format!("step {} of {steps}: {}", current.index + 1, step_text(step)))
}

/// Pods of a version that are not available.
fn pods(set: &SetView, since: Option<Timestamp>) -> Option<Waiting> {
    let missing = set.wanted - set.available;
    if missing <= 0 {
        return None;
    }
    let roles: Vec<&str> = set.roles.iter().map(|role| role.as_str()).collect();
    let roles = if roles.is_empty() { String::new() } else { format!(" ({})", roles.join(", ")) };
    Some(Waiting {
        for_what: format!("{missing} of {} pods of ReplicaSet {}{roles} to become available", set.wanted, set.name),
        since,
        unblocked_by: remedy(set),
    })
}

/// What the pods themselves say.
fn remedy(set: &SetView) -> String {
    let mut troubles: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pod in set.pods.iter().filter(|pod| [icon::WARNING, icon::BAD].contains(&pod.icon)) {
        troubles.entry(&pod.status).or_default().push(&pod.name);
    }
    if set.status == "ReplicaFailure" {
        return format!("pods cannot be made: kubectl describe replicaset {} says why", set.name);
    }
    if troubles.is_empty() {
        return "its pods becoming ready".to_owned();
    }
    let one = |(status, names): (&&str, &Vec<&str>)| match names.as_slice() {
        [name] => format!("pod {name} is {status}"),
        [name, ..] => format!("{} pods are {status}, {name} among them", names.len()),
        [] => String::new(),
    };
    let troubles: Vec<String> = troubles.iter().map(one).collect();
    format!("{}: repair the cause, or change the template back", troubles.join("; "))
}

impl Explained {
    /// As text.
    #[must_use]
    pub fn to_text(&self, now: Timestamp) -> String {
        let mut text = format!("{}\n", self.headline);
        // Writing to a String cannot fail.
        if let Some(step) = &self.step {
            let _ = writeln!(text, "It is at {step}");
        }
        if self.waiting.is_empty() && self.next.is_empty() {
            text.push_str("It waits for nothing.\n");
        }
        for waiting in &self.waiting {
            let _ = writeln!(text, "\nIt waits for {}", waiting.for_what);
            if let Some(since) = waiting.since {
                let _ = writeln!(text, "  since         {since:.0} ({} ago)", age(Some(since), now));
            }
            let _ = writeln!(text, "  unblocked by  {}", waiting.unblocked_by);
        }
        if !self.next.is_empty() {
            text.push_str("\nIts controller does this next; if it stays so, no controller is running:\n");
            self.next.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        if let Some(deadline) = self.deadline {
            let left = deadline.duration_since(now);
            let left = if left.is_negative() { "now".to_owned() } else { format!("in {}", human_duration(left)) };
            let _ = writeln!(text, "\nWithout progress it counts as failed {left}, at {deadline:.0}.");
        }
        if let Some(wake) = self.wake.filter(|wake| *wake > now) {
            let left = human_duration(wake.duration_since(now));
            let _ = writeln!(text, "\nIt is looked at again in {left} at the latest, at {wake:.0}.");
        }
        text
    }
}
