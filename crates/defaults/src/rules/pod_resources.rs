//! Resources of a pod as a whole: what it requests when it limits itself, from what its containers request.

use super::fields::{default_to, map};
use crate::quantity::Quantity;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Amounts = BTreeMap<String, Quantity>;

/// Fills in the pod's own requests and huge-page limits where it gives resources of its own.
pub fn fill(spec: &mut Map<String, Value>) {
    if !spec.get("resources").is_some_and(Value::is_object) {
        return;
    }
    let requests = of_containers(spec, "requests");
    let limits = of_containers(spec, "limits");
    let Some(own) = map(spec, "resources") else { return };
    huge_page_limits(own, &limits);
    let Some(Value::Object(own_limits)) = own.get("limits").cloned() else { return };
    if own_limits.is_empty() {
        return;
    }
    let Some(own_requests) = map(own, "requests") else { return };
    for (name, amount) in requests.iter().filter(|(name, _)| matches!(name.as_str(), "cpu" | "memory")) {
        default_to(own_requests, name, amount.to_string());
    }
    for (name, amount) in own_limits.iter().filter(|(name, _)| is_of_pods(name)) {
        default_to(own_requests, name, amount.clone());
    }
}

fn huge_page_limits(own: &mut Map<String, Value>, limits: &Amounts) {
    let given = |key: &str| own.get(key).and_then(Value::as_object).is_some_and(|map| !map.is_empty());
    if !given("limits") && !given("requests") {
        return;
    }
    let requested = own.get("requests").and_then(Value::as_object).cloned().unwrap_or_default();
    let huge = limits.iter().filter(|(name, _)| is_huge_page(name) && !requested.contains_key(*name));
    for (name, amount) in huge {
        if let Some(own_limits) = map(own, "limits") {
            default_to(own_limits, name, amount.to_string());
        }
    }
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

fn is_of_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || is_huge_page(name)
}

/// What the containers need together: the sum of those that run, or the most that starting needs at one time.
fn of_containers(spec: &Map<String, Value>, which: &str) -> Amounts {
    let list = |key: &str| spec.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut running = Amounts::new();
    for container in list("containers") {
        add(&mut running, &amounts(&container, which));
    }
    let mut sidecars = Amounts::new();
    let mut starting = Amounts::new();
    for container in list("initContainers") {
        let mut needed = amounts(&container, which);
        if container.get("restartPolicy").and_then(Value::as_str) == Some("Always") {
            add(&mut running, &needed);
            add(&mut sidecars, &needed);
            needed = sidecars.clone();
        } else {
            add(&mut needed, &sidecars);
        }
        most(&mut starting, &needed);
    }
    most(&mut running, &starting);
    running
}

fn amounts(container: &Value, which: &str) -> Amounts {
    let entries = container.get("resources").and_then(|resources| resources.get(which)).and_then(Value::as_object);
    let parse = |(name, value): (&String, &Value)| Some((name.clone(), Quantity::parse(value.as_str()?).ok()?));
    entries.into_iter().flatten().filter_map(parse).collect()
}

fn add(to: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let sum = to.get(name).map_or(*amount, |old| *old + *amount);
        to.insert(name.clone(), sum);
    }
}

fn most(to: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        if to.get(name).is_none_or(|old| old < amount) {
            to.insert(name.clone(), *amount);
        }
    }
}
