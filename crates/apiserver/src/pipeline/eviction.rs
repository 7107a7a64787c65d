//! Evicting a pod: a deletion that its PodDisruptionBudget must allow.

use super::delete;
use super::modify::modify;
use super::outcome::Outcome;
use super::request::{Removal, Writing};
use crate::error::{ApiError, Cause, Details};
use crate::group_resource::{GroupResource, resources};
use crate::selector::LabelSelector;
use crate::store::Encoded;
use crate::verbs::DeleteOptions;
use kinds::Part;
use object::Object;
use serde_json::{Value, json};

/// `poddisruptionbudgets.policy`.
const BUDGETS: GroupResource = GroupResource::new("policy", "poddisruptionbudgets");
/// Evictions a budget remembers at most, as upstream.
const DISRUPTED_MAX: usize = 2000;
/// Seconds after which a refused eviction may be tried again.
const RETRY_SECONDS: u32 = 10;

/// Deletes the pod if its budget allows that.
pub fn evict(writing: &Writing<'_>, eviction: &Value) -> Result<Outcome, ApiError> {
    let wanted = &eviction["deleteOptions"];
    let options = DeleteOptions {
        propagation: None,
        grace_period_seconds: wanted["gracePeriodSeconds"].as_i64(),
        uid: wanted["preconditions"]["uid"].as_str().map(str::to_owned),
        resource_version: wanted["preconditions"]["resourceVersion"].as_str().map(str::to_owned),
    };
    let is_dry_run = wanted["dryRun"].as_array().is_some_and(|given| !given.is_empty());
    let key = crate::store::object_key(writing.namespace, writing.name);
    let pod = writing.shared.store.get(&resources::PODS, &key);
    if let Some(pod) = pod.map(|entry| entry.object).filter(is_guarded) {
        spend(writing, &pod, is_dry_run || writing.options.is_dry_run)?;
    }
    let whole = Writing { subresource: "", ..*writing };
    let removed = delete::delete(&whole, &Removal { options, orphan_dependents: None })?;
    let raw = Encoded::plain(
        &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}),
    );
    Ok(Outcome { raw, is_created: true, ..removed.outcome })
}

/// A pod that is not running, or on its way out, may always go.
fn is_guarded(pod: &Object) -> bool {
    let phase = pod.get("/status/phase").unwrap_or_default();
    !pod.meta().is_terminating() && !matches!(phase.as_str(), Some("Succeeded" | "Failed" | "Pending") | None)
}

fn is_ready(pod: &Object) -> bool {
    let conditions = pod.get("/status/conditions").unwrap_or_default();
    let mut conditions = conditions.as_array().into_iter().flatten();
    conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// Takes one of the disruptions that the pod's budget allows.
fn spend(writing: &Writing<'_>, pod: &Object, is_dry_run: bool) -> Result<(), ApiError> {
    let budgets = writing.shared.store.list(&BUDGETS, writing.namespace).entries;
    let selects =
        |budget: &Object| LabelSelector::from_value(budget.get("/spec/selector").as_ref()).matches(&pod.meta().labels);
    let mut own = budgets.iter().map(|(_, entry)| &entry.object).filter(|budget| selects(budget));
    let Some(budget) = own.next() else { return Ok(()) };
    if own.next().is_some() {
        let message =
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
        return Err(ApiError::new(500, "InternalError", message));
    }
    if !is_ready(pod) && may_go_unhealthy(&budget.value()) {
        return Ok(());
    }
    let served = writing.shared.registry.by_name(&BUDGETS).ok_or_else(ApiError::no_such_resource)?;
    let (name, pod_name) = (budget.name().to_owned(), writing.name);
    let options = super::WriteOptions { is_dry_run, ..writing.options.clone() };
    let of_budget = Writing {
        shared: writing.shared,
        served: &served,
        namespace: writing.namespace,
        name: &name,
        subresource: "status",
        options: &options,
    };
    let now = writing.shared.now_text();
    modify(&of_budget, Part::Status, &mut |live| {
        check(live, &name)?;
        let mut budget = live.clone();
        let left = live["status"]["disruptionsAllowed"].as_i64().unwrap_or_default() - 1;
        budget["status"]["disruptionsAllowed"] = left.into();
        budget["status"]["disruptedPods"][pod_name] = now.as_str().into();
        Ok(budget)
    })
    .map(|_| ())
}

/// Whether a pod that is not ready may go without being counted.
fn may_go_unhealthy(budget: &Value) -> bool {
    let number = |field: &str| budget["status"][field].as_i64().unwrap_or_default();
    match budget["spec"]["unhealthyPodEvictionPolicy"].as_str() {
        Some("AlwaysAllow") => true,
        _ => number("desiredHealthy") > 0 && number("currentHealthy") >= number("desiredHealthy"),
    }
}

fn check(budget: &Value, name: &str) -> Result<(), ApiError> {
    let number = |field: &str| budget["status"][field].as_i64().unwrap_or_default();
    if number("observedGeneration") < budget["metadata"]["generation"].as_i64().unwrap_or_default() {
        let cause = format!("The disruption budget {name} is still being processed by the server.");
        return Err(refusal(cause, RETRY_SECONDS));
    }
    let disrupted = budget["status"]["disruptedPods"].as_object().map_or(0, serde_json::Map::len);
    if disrupted > DISRUPTED_MAX {
        let message = format!(
            "poddisruptionbudgets.policy \"{name}\" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        );
        return Err(ApiError::new(403, "Forbidden", message));
    }
    if number("disruptionsAllowed") > 0 {
        return Ok(());
    }
    let (needed, healthy) = (number("desiredHealthy"), number("currentHealthy"));
    let cause = format!("The disruption budget {name} needs {needed} healthy pods and has {healthy} currently");
    Err(refusal(cause, 0))
}

fn refusal(cause: String, retry_seconds: u32) -> ApiError {
    let cause = Cause { reason: "DisruptionBudget".to_owned(), message: cause, field: String::new() };
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    let details = Details { retry_after_seconds: retry_seconds, ..Details::default() };
    ApiError::new(429, "TooManyRequests", message).with_details(details).with_causes(vec![cause])
}
