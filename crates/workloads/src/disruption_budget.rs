//! PodDisruptionBudgets: how many of the pods they select are healthy, must be, and may be evicted. Start at [`plan`].

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan};
use crate::pod::Pod;
use crate::reading::{after_seconds, is_zero, read, target, time_text};
use apiserver::{Api, GroupResource, LabelSelector, Object, resources};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `poddisruptionbudgets.policy`.
const BUDGETS: GroupResource = GroupResource::new("policy", "poddisruptionbudgets");
/// How long an eviction that was granted counts although its pod is still there.
const GRANT_SECONDS: i64 = 120;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The budget.
    pub budget: Object,
    /// The pods it selects.
    pub pods: Vec<Object>,
    /// How many pods their owners want together; `None` when some pod has no owner that says.
    pub wanted: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    min_available: Value,
    max_unavailable: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(skip_serializing_if = "is_zero")]
    observed_generation: i64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    disrupted_pods: BTreeMap<String, Timestamp>,
    disruptions_allowed: i64,
    current_healthy: i64,
    desired_healthy: i64,
    expected_pods: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    spec: Spec,
    status: Status,
}

/// What to do for a budget now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let Whole { spec, status: before } = read(&observed.budget);
    if observed.budget.meta().is_terminating() {
        return Plan::nothing();
    }
    let pods: Vec<(&Object, Pod)> = observed.pods.iter().map(|object| (object, Pod::read(object))).collect();
    let living: Vec<_> = pods.iter().filter(|(_, pod)| !pod.is_finished()).collect();
    let disrupted = still_disrupted(&before, &observed.pods, now);
    let is_healthy = |object: &Object, pod: &Pod| {
        !object.meta().is_terminating() && !disrupted.contains_key(object.name()) && pod.is_ready()
    };
    let healthy = living.iter().filter(|(object, pod)| is_healthy(object, pod)).count();
    let current = i64::try_from(healthy).unwrap_or(i64::MAX);
    let pods_now = i64::try_from(living.len()).unwrap_or(i64::MAX);
    let (expected, desired) = wanted(&spec, pods_now, observed.wanted);
    let allowed = if expected <= 0 { 0 } else { (current - desired).max(0) };
    let mut plan = Plan::nothing();
    let next = disrupted.values().map(|granted| after_seconds(*granted, GRANT_SECONDS)).min();
    next.into_iter().for_each(|time| plan.wake_at(time));
    let status = Status {
        observed_generation: observed.budget.meta().generation,
        disrupted_pods: disrupted,
        disruptions_allowed: allowed,
        current_healthy: current,
        desired_healthy: desired,
        expected_pods: expected,
        conditions: conditions(&before, allowed, observed.budget.meta().generation, now),
    };
    plan.actions.extend(write(&observed.budget, &before, &status));
    plan
}

/// Evictions that were granted and whose pods have not begun to end yet.
fn still_disrupted(before: &Status, pods: &[Object], now: Timestamp) -> BTreeMap<String, Timestamp> {
    let is_pending = |name: &str, granted: Timestamp| {
        let pod = pods.iter().find(|pod| pod.name() == name);
        pod.is_some_and(|pod| !pod.meta().is_terminating()) && now < after_seconds(granted, GRANT_SECONDS)
    };
    let granted = before.disrupted_pods.iter().filter(|(name, granted)| is_pending(name, **granted));
    granted.map(|(name, granted)| (name.clone(), *granted)).collect()
}

/// How many pods there are to be, and how many of them healthy.
fn wanted(spec: &Spec, pods: i64, owners: Option<i64>) -> (i64, i64) {
    let of_owners = owners.unwrap_or(pods);
    if !spec.max_unavailable.is_null() {
        return (of_owners, (of_owners - share(&spec.max_unavailable, of_owners)).max(0));
    }
    match &spec.min_available {
        Value::Number(least) => (pods, least.as_i64().unwrap_or_default()),
        least @ Value::String(_) => (of_owners, share(least, of_owners)),
        _ => (pods, 0),
    }
}

/// A number, or a share of `whole`, rounded up.
fn share(given: &Value, whole: i64) -> i64 {
    match given {
        Value::Number(number) => number.as_i64().unwrap_or_default(),
        Value::String(text) => {
            let percent = text.trim_end_matches('%').parse::<i64>().unwrap_or_default();
            whole.saturating_mul(percent).saturating_add(99) / 100
        }
        _ => 0,
    }
}

fn conditions(before: &Status, allowed: i64, generation: i64, now: Timestamp) -> Vec<Value> {
    let (status, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let known = before.conditions.iter().find(|condition| condition["type"] == "DisruptionAllowed");
    let since = known.filter(|condition| condition["status"] == status);
    let since = since.map_or_else(|| time_text(now).into(), |condition| condition["lastTransitionTime"].clone());
    let mut conditions: Vec<Value> =
        before.conditions.iter().filter(|condition| condition["type"] != "DisruptionAllowed").cloned().collect();
    conditions.push(json!({
        "type": "DisruptionAllowed", "status": status, "observedGeneration": generation, "lastTransitionTime": since,
        "reason": reason, "message": "",
    }));
    conditions
}

fn write(budget: &Object, before: &Status, after: &Status) -> Option<Action> {
    let change = merge_patch(&json!(before), &json!(after))?;
    Some(Action::Patch {
        target: target(&BUDGETS, budget),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(budget.meta().resource_version.clone()),
    })
}

/// The PodDisruptionBudget controller.
pub(crate) struct DisruptionBudgets;

impl Controller for DisruptionBudgets {
    fn name(&self) -> &'static str {
        "disruption"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == BUDGETS {
            return vec![Item::of(change.object)];
        }
        if *change.resource != resources::PODS {
            return Vec::new();
        }
        let budgets = api.list(&BUDGETS, change.object.namespace().unwrap_or_default()).items;
        let concerned = |budget: &&Object| change.both().any(|pod| selector(budget).matches(&pod.meta().labels));
        budgets.iter().filter(concerned).map(Item::of).collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(budget) = api.get(&BUDGETS, &item.namespace, &item.name) else { return Plan::nothing() };
        let pods = api.list_matching(&resources::PODS, &item.namespace, &selector(&budget)).items;
        let wanted = wanted_by_owners(api, &pods);
        plan(&Observed { budget, pods, wanted }, context.now)
    }
}

fn selector(budget: &Object) -> LabelSelector {
    LabelSelector::from_value(budget.get("/spec/selector").as_ref())
}

/// How many pods the owners at the top want together.
fn wanted_by_owners(api: &Api, pods: &[Object]) -> Option<i64> {
    let mut owners: BTreeMap<Box<str>, i64> = BTreeMap::new();
    for pod in pods {
        let mut owner = api.by_uid(&pod.meta().controller()?.uid)?.1;
        while let Some((_, above)) = owner.meta().controller().and_then(|above| api.by_uid(&above.uid)) {
            owner = above;
        }
        let replicas = owner.get("/spec/replicas").and_then(|replicas| replicas.as_i64());
        owners.insert(owner.meta().uid.clone(), replicas?);
    }
    Some(owners.values().sum())
}
