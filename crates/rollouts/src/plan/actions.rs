//! Each of the strategy's actions as a write.

use super::draft::{Draft, event, merge};
use super::promise::promise;
use super::{analysis_run, experiment, workload};
use crate::kept::{own, replica_sets};
use api::rollouts::names::{ANNOTATION_MANAGED_BY, ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT};
use cluster::{Change, Part, Propagation, Target, Write};
use controller::{Event, Guard, Level, Plan, Planned, Severity};
use jiff::{SignedDuration, Timestamp};
use object::{Gvk, Object};
use serde_json::{Value, json};
use strategy::{Action, SetChange};

/// Evicted and changed pods, and what an object's maker must repair, are looked at again after so long.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Makes writes of all that was decided.
pub fn act_all(draft: &mut Draft<'_>, decided: &strategy::Plan, now: Timestamp) {
    promise(draft, decided, now);
    let mut places = Vec::with_capacity(decided.actions.len());
    for action in &decided.actions {
        match act(draft, action) {
            Ok(place) => places.push(place),
            Err(problem) => return stop(draft, &problem, now),
        }
        if matches!(action, Action::Evict { .. } | Action::ChangePod { .. }) {
            wake_later(draft, now);
        }
    }
    workload::follow_progress(draft);
    if let Some(status) = &decided.status {
        draft.set_status(status);
    }
    tell(draft, decided, &places);
}

/// One action; gives the place of its write, if it takes one.
fn act(draft: &mut Draft<'_>, action: &Action) -> Result<Option<usize>, String> {
    Ok(Some(match action {
        Action::SetReplicas(replicas) => draft.patch_rollout(json!({"spec": {"replicas": replicas}})),
        Action::SetRevision(revision) => {
            let annotations = json!({ ANNOTATION_REVISION: revision.to_string() });
            draft.patch_rollout(json!({"metadata": {"annotations": annotations}}))
        }
        Action::CreateSet { object, .. } => create(draft, object)?,
        Action::ChangeSet { name, change } => change_set(draft, name, change),
        Action::DeleteSet(name) => {
            let uid = draft.seen.set_objects.get(name).map(|set| set.meta().uid.clone());
            delete(draft, replica_sets(), name, uid)
        }
        Action::Switch { service, to, adopt, .. } => return switch(draft, service, to, *adopt),
        Action::Route(write) => return route(draft, write),
        Action::StartRun(run) => {
            let object = analysis_run::build(&draft.seen.object, run, &draft.seen.templates)?;
            create(draft, &object)?
        }
        Action::StartExperiment { name, step } => {
            let object = experiment::build(draft.seen, name, *step)?;
            create(draft, &object)?
        }
        Action::EndRun(name) => end(draft, ANALYSIS_RUN, name),
        Action::EndExperiment(name) => end(draft, EXPERIMENT, name),
        Action::DeleteRun(name) => delete_made(draft, ANALYSIS_RUN, name),
        Action::DeleteExperiment(name) => delete_made(draft, EXPERIMENT, name),
        Action::Evict { pod, uid } => {
            let write = Write::new(draft.target(pods(), pod), Change::Evict);
            let index = draft.push(write, Guard::Uid(uid.as_str().into()));
            // A disruption budget may forbid it for now; the others go on.
            let planned = &mut draft.plan.writes[index];
            *planned = planned.clone().recorded();
            index
        }
        Action::ChangePod { pod, change } => {
            let body = json!({"metadata": change.to_patch()});
            let write = merge(draft.target(pods(), pod), body, Part::Whole);
            let index = draft.push(write, Guard::Manner);
            let planned = &mut draft.plan.writes[index];
            *planned = planned.clone().recorded();
            index
        }
        Action::ScaleWorkload(replicas) => return Ok(workload::scale_workload(draft, *replicas)),
    }))
}

fn pods() -> Gvk {
    Gvk::new("", "v1", "Pod")
}

fn create(draft: &mut Draft<'_>, object: &Value) -> Result<usize, String> {
    let object = Object::from_value(object).map_err(|error| error.to_string())?;
    let target = draft.target(object.gvk().clone(), object.name());
    Ok(draft.push(Write::new(target, Change::Create(object)), Guard::Absent))
}

/// ReplicaSets are changed whatever became of their status meanwhile: only what is named is set.
fn change_set(draft: &mut Draft<'_>, name: &str, change: &SetChange) -> usize {
    let write = merge(draft.target(replica_sets(), name), change.to_patch(), Part::Whole);
    let set = draft.seen.set_objects.get(name);
    let guard = set.map_or(Guard::Manner, |set| Guard::same(set.meta()));
    draft.push(write, guard)
}

fn delete(draft: &mut Draft<'_>, gvk: Gvk, name: &str, uid: Option<Box<str>>) -> usize {
    let write = Write::new(draft.target(gvk, name), Change::Delete(Propagation::Background));
    draft.push(write, uid.map_or(Guard::Manner, Guard::Uid))
}

fn delete_made(draft: &mut Draft<'_>, kind: &str, name: &str) -> usize {
    let uid = draft.seen.uids.get(name).cloned();
    delete(draft, own(kind), name, uid)
}

fn end(draft: &mut Draft<'_>, kind: &str, name: &str) -> usize {
    let write = merge(draft.target(own(kind), name), json!({"spec": {"terminate": true}}), Part::Whole);
    let uid = draft.seen.uids.get(name).cloned();
    draft.push(write, uid.map_or(Guard::Manner, Guard::Uid))
}

fn switch(draft: &mut Draft<'_>, service: &str, to: &str, adopt: bool) -> Result<Option<usize>, String> {
    let mut body = json!({"spec": {"selector": { LABEL_POD_TEMPLATE_HASH: to }}});
    if adopt {
        body["metadata"]["annotations"] = json!({ ANNOTATION_MANAGED_BY: draft.seen.object.name() });
    }
    let Some(object) = draft.seen.service_objects.get(service) else {
        return Err(format!("service {service} is not there"));
    };
    let write = merge(draft.target(Gvk::new("", "v1", "Service"), service), body, Part::Whole);
    Ok(Some(draft.push_unchanged(write, object)))
}

fn route(draft: &mut Draft<'_>, write: &traffic::Write) -> Result<Option<usize>, String> {
    let namespace = write.namespace.as_deref().or(draft.seen.object.namespace());
    let target = Target::new(write.gvk.clone(), namespace, &write.name);
    if let traffic::Change::Create(value) = &write.change {
        let object = Object::from_value(value).map_err(|error| error.to_string())?;
        return Ok(Some(draft.push(Write::new(target, Change::Create(object)), Guard::Absent)));
    }
    let Some(object) = routed_object(draft, write) else { return Err(format!("{target} is not there")) };
    Ok(Some(match &write.change {
        traffic::Change::Merge(body) => draft.push_unchanged(merge(target, body.clone(), Part::Whole), &object),
        _ => {
            let guard = Guard::Uid(object.meta().uid.clone());
            draft.push(Write::new(target, Change::Delete(Propagation::Background)), guard)
        }
    }))
}

/// The object that a router changes, as it was read.
fn routed_object(draft: &Draft<'_>, write: &traffic::Write) -> Option<Object> {
    let routed = &draft.seen.routed;
    let is_it = |place: &&traffic::Place| {
        let is_kind = *write.gvk.group == *place.group && *write.gvk.kind == *place.kind;
        is_kind && write.namespace.as_ref() == Some(&place.namespace) && write.name == place.name
    };
    let known = match &*write.gvk.kind {
        "Ingress" => routed.ingresses.get(&write.name)?,
        _ => routed.others.get(routed.others.keys().find(is_it)?)?,
    };
    Object::from_value(known.known()?).ok()
}

/// Something cannot be written as it was decided: nothing is, and it is said why.
fn stop(draft: &mut Draft<'_>, problem: &str, now: Timestamp) {
    let message = format!("Reconciliation failed with error: {problem}");
    draft.plan = Plan::default();
    draft.plan.events.push(event(&draft.seen.object, Severity::Warning, "ReconciliationError", &message));
    draft.plan.waiting.push(format!("{problem}; repair what the message names"));
    wake_later(draft, now);
}

fn wake_later(draft: &mut Draft<'_>, now: Timestamp) {
    let at = now.checked_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX);
    draft.plan = std::mem::take(&mut draft.plan).wake_at(at, Level::LOWEST);
}

/// Each event goes with the write that it tells of, so that it is told when that was made and not before.
fn tell(draft: &mut Draft<'_>, decided: &strategy::Plan, places: &[Option<usize>]) {
    for told in &decided.events {
        let severity = if told.is_warning { Severity::Warning } else { Severity::Normal };
        let event = event(&draft.seen.object, severity, &told.reason, &told.message);
        let place = told.of.map(|action| places.get(action).copied().flatten());
        tell_with(&mut draft.plan, place, event);
    }
}

fn tell_with(plan: &mut Plan, place: Option<Option<usize>>, event: Event) {
    let planned: Option<&mut Planned> = match place {
        Some(Some(write)) => plan.writes.get_mut(write),
        Some(None) | None => plan.status.as_mut(),
    };
    match planned {
        Some(planned) => planned.events.push(event),
        None => plan.events.push(event),
    }
}

/// Whether a write makes a ReplicaSet.
pub fn creates_set(planned: &Planned) -> bool {
    let is_set = *planned.write.target.gvk.kind == *"ReplicaSet";
    is_set && matches!(planned.write.change, Change::Create(_))
}

/// Whether an object is a router's.
pub fn is_route(target: &Target) -> bool {
    let is_it = |kind: &(&str, &str)| *target.gvk.group == *kind.0 && *target.gvk.kind == *kind.1;
    *target.gvk.kind == *"Ingress" || traffic::KINDS.iter().any(is_it)
}
