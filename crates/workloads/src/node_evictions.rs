//! What becomes of pods whose node is not well: they are no longer ready, are driven out when they tolerate its taints no
//! longer, and go with a node that goes. Start at [`plan`].
//!
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions>

use crate::controller::{Change, Context, Controller, Item};
use crate::node_health::Health;
use crate::plan::{Action, CONTROLLER_MANAGER, Note, Part, Plan, Severity};
use crate::pod::Pod;
use crate::reading::{about, after_seconds, target, time_text};
use apiserver::{Api, EventKind, Object, resources};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who tells of evictions.
const SOURCE: &str = "taint-eviction-controller";

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The pod.
    pub pod: Object,
    /// Its node; `None` when it is gone.
    pub node: Option<Object>,
    /// Since when its node is known to drive pods out: for taints that do not say since when they are.
    pub since: Timestamp,
}

/// What to do about a pod now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let mut plan = Plan::nothing();
    let pod = &observed.pod;
    let Some(node) = &observed.node else {
        plan.actions.push(delete(pod, Some(0)));
        return plan;
    };
    let read = Pod::read(pod);
    if Health::told(node) != Health::Ready && read.is_ready() {
        plan.actions.push(not_ready(pod, now));
        return plan;
    }
    if pod.meta().is_terminating() || read.is_finished() {
        return plan;
    }
    match stays_until(pod, node, observed.since) {
        Stay::Always => {}
        Stay::Until(end) if now < end => plan.wake_at(end),
        Stay::Until(_) => {
            let message = format!("Marking for deletion Pod {}/{}", pod.namespace().unwrap_or_default(), pod.name());
            let (about, severity) = (about(pod), Severity::Normal);
            let reason = "TaintManagerEviction";
            plan.actions.push(Action::Tell(Note { about, source: SOURCE, severity, reason, message, action: None }));
            plan.actions.push(disrupted(pod, now));
            plan.actions.push(delete(pod, None));
        }
    }
    plan
}

/// How long a pod may stay on its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    Always,
    Until(Timestamp),
}

/// Of all taints that drive out, the pod's shortest patience counts.
fn stays_until(pod: &Object, node: &Object, known: Timestamp) -> Stay {
    let (taints, spec) = (node.get("/spec/taints").unwrap_or_default(), pod.get("/spec").unwrap_or_default());
    let driving = taints.as_array().into_iter().flatten().filter(|taint| taint["effect"] == "NoExecute");
    let mut ends = Vec::new();
    for taint in driving {
        let since = taint["timeAdded"].as_str().and_then(|text| text.parse().ok()).unwrap_or(known);
        let tolerations = spec["tolerations"].as_array().into_iter().flatten().filter(|it| tolerates(it, taint));
        let patience: Vec<Option<i64>> = tolerations.map(|it| it["tolerationSeconds"].as_i64()).collect();
        match patience.iter().flatten().min() {
            _ if patience.is_empty() => ends.push(Timestamp::MIN),
            Some(seconds) => ends.push(after_seconds(since, (*seconds).max(0))),
            None => {}
        }
    }
    ends.into_iter().min().map_or(Stay::Always, Stay::Until)
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let is_any = text(toleration, "operator") == "Exists";
    let key = text(toleration, "key") == text(taint, "key") || (is_any && text(toleration, "key").is_empty());
    let effect = matches!(text(toleration, "effect").as_str(), "" | "NoExecute");
    key && effect && (is_any || text(toleration, "value") == text(taint, "value"))
}

fn delete(pod: &Object, grace_seconds: Option<i64>) -> Action {
    Action::Delete {
        target: target(&resources::PODS, pod),
        uid: pod.meta().uid.clone(),
        grace_seconds,
        propagation: None,
        manager: CONTROLLER_MANAGER,
    }
}

/// Nobody sends requests to a pod whose node is not well.
fn not_ready(pod: &Object, now: Timestamp) -> Action {
    with_condition(pod, now, &json!({"type": "Ready", "status": "False"}))
}

fn disrupted(pod: &Object, now: Timestamp) -> Action {
    let condition = json!({
        "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
        "message": "Taint manager: deleting due to NoExecute taint",
    });
    with_condition(pod, now, &condition)
}

fn with_condition(pod: &Object, now: Timestamp, condition: &Value) -> Action {
    let mut conditions = pod.get("/status/conditions").and_then(|it| it.as_array().cloned()).unwrap_or_default();
    let mut made = condition.clone();
    made["lastTransitionTime"] = time_text(now).into();
    match conditions.iter_mut().find(|known| known["type"] == condition["type"]) {
        Some(known) => *known = made,
        None => conditions.push(made),
    }
    Action::Patch {
        target: target(&resources::PODS, pod),
        part: Part::Status,
        change: json!({"status": {"conditions": conditions}}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(pod.meta().resource_version.clone()),
    }
}

/// Drives pods out of nodes that are not well.
#[derive(Default)]
pub(crate) struct NodeEvictions {
    /// Since when nodes drive pods out.
    since: BTreeMap<Box<str>, Timestamp>,
}

fn drives_out(node: &Object) -> bool {
    let taints = node.get("/spec/taints").unwrap_or_default();
    taints.as_array().into_iter().flatten().any(|taint| taint["effect"] == "NoExecute")
}

impl Controller for NodeEvictions {
    fn name(&self) -> &'static str {
        "taint-eviction"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == resources::NODES {
            if drives_out(change.object) {
                self.since.entry(change.object.name().into()).or_insert_with(|| api.clock().now());
            } else {
                self.since.remove(change.object.name());
            }
            let is_alike = change.previous.is_some_and(|previous| {
                previous.get("/spec/taints") == change.object.get("/spec/taints")
                    && Health::told(previous) == Health::told(change.object)
            });
            if is_alike && change.kind != EventKind::Deleted {
                return Vec::new();
            }
            let pods = api.list(&resources::PODS, "").items;
            let is_there = |pod: &&Object| Pod::read(pod).spec.node_name == change.object.name();
            return pods.iter().filter(is_there).map(Item::of).collect();
        }
        // A pod that comes to a node later: nodes that are well cost nothing.
        if *change.resource != resources::PODS || change.kind == EventKind::Deleted {
            return Vec::new();
        }
        let node = Pod::read(change.object).spec.node_name;
        let node = (!node.is_empty()).then(|| api.get(&resources::NODES, "", &node)).flatten();
        if node.is_some_and(|node| drives_out(&node)) { vec![Item::of(change.object)] } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(pod) = context.api.get(&resources::PODS, &item.namespace, &item.name) else { return Plan::nothing() };
        let name = Pod::read(&pod).spec.node_name;
        if name.is_empty() {
            return Plan::nothing();
        }
        let node = context.api.get(&resources::NODES, "", &name);
        let since = self.since.get(&*name).copied().unwrap_or(context.now);
        plan(&Observed { pod, node, since }, context.now)
    }
}
