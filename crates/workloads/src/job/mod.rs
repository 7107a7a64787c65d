//! Jobs: pods that run to their end, as often as asked for. Start at [`plan`].

mod accounting;
mod indexes;
mod observed;
mod pods;
mod verdict;

pub use observed::Observed;

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan, Severity};
use crate::reading::{after_seconds, is_controlled_by, target, time_text};
use accounting::account;
use apiserver::{Api, Object, Propagation, resources};
use jiff::Timestamp;
use observed::{Member, Spec, State, Status, parts};
use pods::{creations, deletions, note};
use serde_json::json;
use verdict::{Verdict, conclude, condition, deadline, judge};

/// Seconds before a failed pod is replaced; they double with every failure.
const BACKOFF_FIRST: i64 = 10;
/// The longest such pause.
const BACKOFF_MAX: i64 = 600;

/// What to do for a Job now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let (spec, status) = parts(&observed.job);
    let members: Vec<_> = observed.pods.iter().map(Member::read).collect();
    if observed.job.meta().is_terminating() || status.is_finished() {
        return finished(observed, &spec, &status, &members, now);
    }
    let mut pass = Pass { job: &observed.job, spec: &spec, members: &members, now, plan: Plan::nothing() };
    pass.run(&status);
    pass.plan
}

/// A finished Job lets its pods go and, after its time to live, goes itself.
fn finished(observed: &Observed, spec: &Spec, status: &Status, members: &[Member<'_>], now: Timestamp) -> Plan {
    let tracked = members.iter().filter(|member| member.is_tracked());
    let mut plan = Plan { actions: tracked.map(accounting::release).collect(), wake: None };
    if observed.job.meta().is_terminating() {
        return plan;
    }
    let end = status.conditions.iter().find(|own| matches!(own.r#type.as_str(), "Complete" | "Failed"));
    let end: Option<Timestamp> = end.and_then(|own| own.last_transition_time.parse().ok());
    if let (Some(end), Some(ttl)) = (end, spec.ttl_seconds_after_finished) {
        let due = after_seconds(end, ttl);
        if due > now {
            plan.wake_at(due);
        } else {
            plan.actions.push(Action::Delete {
                target: target(&resources::JOBS, &observed.job),
                uid: observed.job.meta().uid.clone(),
                grace_seconds: None,
                propagation: Some(Propagation::Foreground),
                manager: CONTROLLER_MANAGER,
            });
        }
    }
    plan
}

struct Pass<'o> {
    job: &'o Object,
    spec: &'o Spec,
    members: &'o [Member<'o>],
    now: Timestamp,
    plan: Plan,
}

impl Pass<'_> {
    fn run(&mut self, before: &Status) {
        let mut status = before.clone();
        let told = self.note_suspension(&mut status);
        let accounts = account(self.spec, &status, self.members);
        // Three writes at most: the uids, the finalizers, the counts. Without ended pods the first two fall away.
        let mut current = before.clone();
        if !accounts.releases.is_empty() {
            self.write(&mut current, &accounts.noted);
            self.plan.actions.extend(accounts.releases);
        }
        let mut after = accounts.counted;
        let verdict = judge(self.spec, &after, self.members, self.now);
        let active: Vec<_> = self.members.iter().filter(|member| member.state == State::Active).collect();
        let terminating = self.members.iter().filter(|member| member.state == State::Terminating).count();
        let terminating = i64::try_from(terminating).unwrap_or(i64::MAX);
        let (doomed, wanted) = self.size(&after, &verdict, &active, terminating);
        let left = i64::try_from(active.len()).unwrap_or(i64::MAX) - doomed;
        after.active = left + wanted;
        after.terminating = Some(terminating + doomed);
        after.ready = Some(ready(&active));
        conclude(&mut after, &verdict, left + doomed + terminating, self.now);
        let creations = creations(self.job, self.spec, &after.completed_indexes, &active, wanted);
        self.plan.actions.extend(creations);
        let doomed = usize::try_from(doomed).unwrap_or_default();
        let doomed = last_first(&active).into_iter().take(doomed);
        self.plan.actions.extend(deletions(self.job, doomed));
        self.write(&mut current, &after);
        self.plan.actions.extend(told);
        self.tell_end(before, &after, &verdict);
        if let Some(deadline) = deadline(self.spec, &after).filter(|_| verdict == Verdict::Open) {
            self.plan.wake_at(deadline);
        }
    }

    /// A suspended Job has no start; one that is resumed starts anew.
    fn note_suspension(&self, status: &mut Status) -> Option<Action> {
        let noted = status.holds("Suspended");
        let change = |status: &mut Status, value: &str, reason: &str, message: &str| {
            status.conditions.retain(|own| own.r#type != "Suspended");
            status.conditions.push(condition("Suspended", value, reason, message, self.now));
        };
        if self.spec.suspend {
            status.start_time = None;
            if noted {
                return None;
            }
            change(status, "True", "JobSuspended", "Job suspended");
            return Some(note(self.job, Severity::Normal, "Suspended", "Job suspended".to_owned()));
        }
        status.start_time.get_or_insert_with(|| time_text(self.now));
        if !noted {
            return None;
        }
        change(status, "False", "JobResumed", "Job resumed");
        status.start_time = Some(time_text(self.now));
        Some(note(self.job, Severity::Normal, "Resumed", "Job resumed".to_owned()))
    }

    /// How many pods are to go and how many to come.
    fn size(&mut self, status: &Status, verdict: &Verdict, active: &[&Member<'_>], terminating: i64) -> (i64, i64) {
        let running = i64::try_from(active.len()).unwrap_or(i64::MAX);
        if *verdict != Verdict::Open || self.spec.suspend {
            return (running, 0);
        }
        let parallelism = self.spec.parallelism();
        let wanted = match self.spec.completions {
            Some(completions) => (completions - status.succeeded).min(parallelism),
            None if status.succeeded > 0 => running,
            None => parallelism,
        };
        if running > wanted {
            return (running - wanted, 0);
        }
        let blocked = if self.spec.replaces_terminating() { 0 } else { terminating };
        let missing = (wanted - running - blocked).max(0);
        match self.resume_at(status).filter(|time| *time > self.now) {
            Some(time) if missing > 0 => {
                self.plan.wake_at(time);
                (0, 0)
            }
            _ => (0, missing),
        }
    }

    /// When a failed pod may be replaced.
    fn resume_at(&self, status: &Status) -> Option<Timestamp> {
        let failed = self.members.iter().filter(|member| member.state == State::Failed);
        let ends = failed.flat_map(|member| {
            member.pod.status.container_statuses.iter().filter_map(|own| own.state.terminated.as_ref()?.finished_at)
        });
        let last = ends.max()?;
        let exponent = u32::try_from(status.failed.clamp(1, 7) - 1).unwrap_or_default();
        Some(after_seconds(last, (BACKOFF_FIRST << exponent).min(BACKOFF_MAX)))
    }

    /// Writes a status over the current one, if it differs. Only the first write can be guarded by what was observed.
    fn write(&mut self, current: &mut Status, status: &Status) {
        let Some(change) = merge_patch(&json!(current), &json!(status)) else { return };
        let first = self.plan.actions.is_empty();
        self.plan.actions.push(Action::Patch {
            target: target(&resources::JOBS, self.job),
            part: Part::Status,
            change: json!({"status": change}),
            manager: CONTROLLER_MANAGER,
            resource_version: first.then(|| self.job.meta().resource_version.clone()),
        });
        *current = status.clone();
    }

    fn tell_end(&mut self, before: &Status, after: &Status, verdict: &Verdict) {
        if after.holds("Complete") && !before.holds("Complete") {
            self.plan.actions.push(note(self.job, Severity::Normal, "Completed", "Job completed".to_owned()));
        }
        if let Verdict::Failure(reason, message) = verdict
            && !before.holds("FailureTarget")
        {
            self.plan.actions.push(note(self.job, Severity::Warning, reason, message.clone()));
        }
    }
}

fn ready(active: &[&Member<'_>]) -> i64 {
    let ready = active.iter().filter(|member| member.pod.is_ready()).count();
    i64::try_from(ready).unwrap_or(i64::MAX)
}

/// Active pods, the youngest and least ready first.
fn last_first<'o>(active: &[&Member<'o>]) -> Vec<&'o Object> {
    let mut ranked: Vec<_> = active.to_vec();
    ranked.sort_by_key(|member| {
        let created = member.object.meta().creation_timestamp;
        (member.pod.is_ready(), std::cmp::Reverse(created), member.object.name().to_owned())
    });
    ranked.into_iter().map(|member| member.object).collect()
}

/// The Job controller.
pub(crate) struct Jobs;

impl Controller for Jobs {
    fn name(&self) -> &'static str {
        "job"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if *change.resource == resources::JOBS {
            return vec![Item::of(change.object)];
        }
        if *change.resource == resources::PODS { change.controllers("Job") } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(job) = api.get(&resources::JOBS, &item.namespace, &item.name) else { return let_go(item, api) };
        let uid = job.meta().uid.clone();
        let owned = api.owned_by(&uid).into_iter().filter(|(resource, _)| *resource == resources::PODS);
        let pods = owned.map(|(_, pod)| pod).filter(|pod| is_controlled_by(pod, &uid)).collect();
        plan(&Observed { job, pods }, context.now)
    }
}

/// Pods of a Job that is gone are not kept any more.
fn let_go(item: &Item, api: &Api) -> Plan {
    let pods = api.list(&resources::PODS, &item.namespace).items;
    let left = pods
        .iter()
        .filter(|pod| pod.meta().controller().is_some_and(|owner| &*owner.kind == "Job" && *owner.name == *item.name));
    let actions = left.map(Member::read).filter(Member::is_tracked).map(|member| accounting::release(&member));
    Plan { actions: actions.collect(), wake: None }
}
