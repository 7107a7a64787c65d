//! ReplicaSets: as many pods of a template as asked for. Takes up and lets go pods by selector, makes what is missing,
//! deletes what is too much in Kubernetes' order, and counts. Start at [`plan`].

mod ranking;
mod status;

use crate::claim;
use crate::difference::merge_patch;
use crate::plan::{Action, Birth, CONTROLLER_MANAGER, Note, Part, Plan, Refusal, Severity, Target};
use crate::pod::Pod;
use crate::pod_template::pod_from_template;
use crate::reading::{about, after_seconds, read, target};
use apiserver::{LabelSelector, Object, resources};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use status::Status;

/// Who tells of a ReplicaSet's events.
const SOURCE: &str = "replicaset-controller";

/// Pods made or deleted in one pass at most, as upstream.
const BURST_MAX: usize = 500;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The ReplicaSet.
    pub replica_set: Object,
    /// The pods it manages.
    pub owned: Vec<Object>,
    /// Pods in its namespace that nobody manages.
    pub adoptable: Vec<Object>,
    /// The pods of all ReplicaSets with the same owner, this one's included: they tell which nodes are crowded.
    pub related: Vec<Object>,
    /// The refusal of this ReplicaSet's last write.
    pub refused: Option<Refusal>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    replicas: Option<i64>,
    selector: Value,
    min_ready_seconds: i64,
    template: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReplicaSet {
    spec: Spec,
    status: Status,
}

/// A pod with its object.
struct Member<'a> {
    object: &'a Object,
    pod: Pod,
}

/// What to do for a ReplicaSet now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let set: ReplicaSet = read(&observed.replica_set);
    let selector = LabelSelector::from_value(Some(&set.spec.selector));
    let claim = claim::decide(&claim::Candidates {
        owner: &observed.replica_set,
        resource: resources::PODS,
        selector: &selector,
        owned: &observed.owned,
        adoptable: &observed.adoptable,
    });
    if !claim.actions.is_empty() {
        // What is taken up or let go counts from the next pass on.
        return Plan { actions: claim.actions, wake: None };
    }
    let members = claim.kept.into_iter().map(|object| Member { pod: Pod::read(object), object });
    let living: Vec<Member<'_>> = members.filter(|member| !member.pod.is_finished()).collect();
    let (terminating, active): (Vec<_>, Vec<_>) =
        living.into_iter().partition(|member| member.object.meta().is_terminating());
    let refusal = observed.refused.as_ref().filter(|refusal| now < refusal.retry_at);
    let mut plan = Plan::nothing();
    let desired = set.spec.replicas.unwrap_or(1).max(0);
    let status = status::count(&status::Counted {
        set: &observed.replica_set,
        before: &set.status,
        template: &set.spec.template,
        min_ready_seconds: set.spec.min_ready_seconds,
        active: &active.iter().map(|member| (member.object, &member.pod)).collect::<Vec<_>>(),
        terminating: terminating.len(),
        failure: refusal.map(|refusal| (status::failed_reason(active.len(), desired), refusal.message.as_str())),
        now,
    });
    plan.actions.extend(write_status(&observed.replica_set, &set.status, &status));
    match refusal {
        Some(refusal) => plan.wake_at(refusal.retry_at),
        None if observed.replica_set.meta().is_terminating() => {}
        None => plan.actions.extend(adjust(observed, &set.spec, &active, now)),
    }
    if status.ready_replicas != status.available_replicas {
        let next = active.iter().filter_map(|member| member.pod.ready_since());
        let next = next.map(|since| after_seconds(since, set.spec.min_ready_seconds)).filter(|time| *time > now).min();
        next.into_iter().for_each(|time| plan.wake_at(time));
    }
    plan
}

/// Makes or deletes pods until there are as many as asked for.
fn adjust(observed: &Observed, spec: &Spec, active: &[Member<'_>], now: Timestamp) -> Vec<Action> {
    let desired = usize::try_from(spec.replicas.unwrap_or(1)).unwrap_or_default();
    if active.len() < desired {
        let missing = (desired - active.len()).min(BURST_MAX);
        return (0..missing).map(|_| creation(&observed.replica_set, &spec.template)).collect();
    }
    let excess = (active.len() - desired).min(BURST_MAX);
    if excess == 0 {
        return Vec::new();
    }
    let active: Vec<_> = active.iter().map(|member| (member.object, &member.pod)).collect();
    let doomed = ranking::first_to_go(&active, &observed.related, now);
    doomed.into_iter().take(excess).flat_map(|pod| deletion(&observed.replica_set, pod)).collect()
}

fn creation(set: &Object, template: &Value) -> Action {
    let namespace: Box<str> = set.namespace().unwrap_or_default().into();
    let target = Target { resource: resources::PODS, namespace, name: Box::default() };
    Action::Create {
        target,
        object: pod_from_template(template, set),
        manager: CONTROLLER_MANAGER,
        birth: Some(Birth { about: about(set), source: SOURCE, created: "Created pod: " }),
    }
}

fn deletion(set: &Object, pod: &Object) -> [Action; 2] {
    let delete = Action::Delete {
        target: target(&resources::PODS, pod),
        uid: pod.meta().uid.clone(),
        grace_seconds: None,
        propagation: None,
        manager: CONTROLLER_MANAGER,
    };
    let tell = Action::Tell(Note {
        about: about(set),
        source: SOURCE,
        severity: Severity::Normal,
        reason: "SuccessfulDelete",
        message: format!("Deleted pod: {}", pod.name()),
        action: None,
    });
    [delete, tell]
}

fn write_status(set: &Object, before: &Status, after: &Status) -> Option<Action> {
    let change = merge_patch(&json!(before), &json!(after))?;
    Some(Action::Patch {
        target: target(&resources::REPLICA_SETS, set),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(set.meta().resource_version.clone()),
    })
}
