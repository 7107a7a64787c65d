//! The scheduler: puts each pod on a node that can take it, or says in Kubernetes' words why none can.
//! Start at [`plan`].

mod claims;
mod filter;
mod fleet;
mod quantity;
mod resources;
mod score;
mod terms;

pub use fleet::Fleet;

pub(crate) use filter::{matches_node, untolerated};

use crate::claim_binding::CLAIMS;
use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, Note, Part, Plan, SCHEDULER, Severity};
use crate::reading::{about, target, time_text};
use apiserver::{Api, EventKind, Object, resources as names};
use filter::{Candidate, Objection, object_to};
use fleet::Placed;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Who tells of a pod's scheduling.
const SOURCE: &str = "default-scheduler";

/// Where to put a pod.
#[must_use]
pub fn plan(pod: &Object, fleet: &Fleet, now: Timestamp) -> Plan {
    let spec = pod.get("/spec").unwrap_or_default();
    let candidate = Candidate { object: pod, placed: Placed::read(pod, &spec), spec: &spec };
    let judged = fleet.nodes.values().map(|node| (node, object_to(&candidate, node, fleet)));
    let (open, closed): (Vec<_>, Vec<_>) = judged.partition(|(_, objection)| objection.is_none());
    let open: Vec<_> = open.into_iter().map(|(node, _)| node).collect();
    if let Some(node) = score::best(&candidate, &open, fleet) {
        return bind(pod, &node.name);
    }
    let objections: Vec<_> = closed.into_iter().filter_map(|(_, objection)| objection).collect();
    refuse(pod, &explain(&objections), now)
}

fn bind(pod: &Object, node: &str) -> Plan {
    let namespace = pod.namespace().unwrap_or_default();
    let message = format!("Successfully assigned {namespace}/{} to {node}", pod.name());
    let bind = Action::Bind { pod: target(&names::PODS, pod), node: node.into() };
    Plan { actions: vec![bind, tell(pod, Severity::Normal, "Scheduled", message, "Binding")], wake: None }
}

/// The pod stays pending; its condition and an event say why, once for each reason.
fn refuse(pod: &Object, message: &str, now: Timestamp) -> Plan {
    let conditions = match pod.get("/status/conditions") {
        Some(Value::Array(conditions)) => conditions,
        _ => Vec::new(),
    };
    let current = conditions.iter().find(|condition| condition["type"] == "PodScheduled");
    let same = |condition: &Value| condition["status"] == "False" && condition["message"] == message;
    if current.is_some_and(same) {
        return Plan::nothing();
    }
    let since = current.filter(|condition| condition["status"] == "False");
    let since = since.map_or_else(|| time_text(now).into(), |condition| condition["lastTransitionTime"].clone());
    let mut kept: Vec<_> = conditions.iter().filter(|condition| condition["type"] != "PodScheduled").cloned().collect();
    kept.push(json!({
        "type": "PodScheduled", "observedGeneration": pod.meta().generation, "status": "False",
        "lastProbeTime": null, "lastTransitionTime": since, "reason": "Unschedulable", "message": message,
    }));
    let patch = Action::Patch {
        target: target(&names::PODS, pod),
        part: Part::Status,
        change: json!({"status": {"conditions": kept}}),
        manager: SCHEDULER,
        resource_version: Some(pod.meta().resource_version.clone()),
    };
    let event = tell(pod, Severity::Warning, "FailedScheduling", message.to_owned(), "Scheduling");
    Plan { actions: vec![event, patch], wake: None }
}

fn tell(pod: &Object, severity: Severity, reason: &'static str, message: String, action: &'static str) -> Action {
    Action::Tell(Note { about: about(pod), source: SOURCE, severity, reason, message, action: Some(action) })
}

/// Kubernetes' sentence: each reason with the number of nodes it holds for, and whether evicting pods would help.
fn explain(objections: &[Objection]) -> String {
    if objections.is_empty() {
        return "no nodes available to schedule pods".to_owned();
    }
    let total = objections.len();
    let reasons = histogram(objections.iter().flat_map(|objection| objection.reasons.iter().map(String::as_str)));
    let help = histogram(objections.iter().map(|objection| {
        if objection.is_resolvable {
            "No preemption victims found for incoming pod"
        } else {
            "Preemption is not helpful for scheduling"
        }
    }));
    format!(
        "0/{total} nodes are available: {reasons}. no new claims to deallocate, preemption: \
         0/{total} nodes are available: {help}."
    )
}

fn histogram<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    // Compat: sorted as texts, number first.
    let mut lines: Vec<_> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    lines.sort();
    lines.join(", ")
}

/// Whose pod it is to place, and whether yet.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    spec: ClaimSpec,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimSpec {
    scheduler_name: Option<String>,
    scheduling_gates: Option<IgnoredAny>,
}

/// The scheduler as a controller.
#[derive(Default)]
pub(crate) struct Scheduler {
    fleet: Fleet,
    waiting: BTreeSet<Item>,
}

impl Scheduler {
    fn notice_pod(&mut self, change: &Change<'_>) -> Vec<Item> {
        let item = Item::of(change.object);
        let freed = match change.kind {
            EventKind::Deleted => self.fleet.remove_pod(change.object),
            _ => self.fleet.put_pod(change.object),
        };
        if change.kind == EventKind::Deleted {
            self.waiting.remove(&item);
        }
        if freed {
            return self.waiting.iter().cloned().collect();
        }
        if change.kind != EventKind::Deleted && is_unplaced(change.object) {
            return vec![item];
        }
        // Somebody may wait for the company of a pod that now has a place.
        self.waiting.remove(&item);
        let came = change.previous.is_some_and(is_unplaced);
        if came { self.waiting.iter().cloned().collect() } else { Vec::new() }
    }
}

fn is_unplaced(pod: &Object) -> bool {
    let spec = crate::pod::Pod::read(pod).spec;
    spec.node_name.is_empty() && !pod.meta().is_terminating()
}

impl Controller for Scheduler {
    fn name(&self) -> &'static str {
        "scheduler"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if *change.resource == names::PODS {
            return self.notice_pod(change);
        }
        if *change.resource == CLAIMS {
            return self.waiting.iter().cloned().collect();
        }
        if *change.resource != names::NODES {
            return Vec::new();
        }
        match change.kind {
            EventKind::Deleted => self.fleet.remove_node(change.object.name()),
            _ => self.fleet.put_node(change.object),
        }
        self.waiting.iter().cloned().collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(pod) = context.api.get(&names::PODS, &item.namespace, &item.name) else {
            self.waiting.remove(item);
            return Plan::nothing();
        };
        let Claims { spec } = crate::reading::read(&pod);
        let ours = spec.scheduler_name.as_ref().is_none_or(|name| name == SOURCE);
        if !is_unplaced(&pod) || !ours || spec.scheduling_gates.is_some() {
            self.waiting.remove(item);
            return Plan::nothing();
        }
        let plan = match claims::objection(context.api, &pod) {
            Some(objection) => {
                // Compat: what upstream adds of preemption is nothing but these two words here.
                let nodes = self.fleet.nodes.len();
                refuse(&pod, &format!("0/{nodes} nodes are available: {objection}. not found"), context.now)
            }
            None => plan(&pod, &self.fleet, context.now),
        };
        if plan.actions.iter().any(|action| matches!(action, Action::Bind { .. })) {
            self.waiting.remove(item);
        } else {
            self.waiting.insert(item.clone());
        }
        plan
    }
}
