//! The quality-of-service class of a pod, from what its containers request and are limited to.

use crate::checks::quantities;
use crate::read;
use defaults::Quantity;
use serde_json::Value;
use std::collections::BTreeMap;

/// `Guaranteed`, `Burstable` or `BestEffort`.
#[must_use]
pub fn class(spec: &Value) -> &'static str {
    let mut requests: BTreeMap<&str, Quantity> = BTreeMap::new();
    let mut limits: BTreeMap<&str, Quantity> = BTreeMap::new();
    let mut all_limited = true;
    let own = spec.get("resources").filter(|own| read::map(own, "requests").or(read::map(own, "limits")).is_some());
    let sources: Vec<&Value> = match own {
        Some(_) => vec![spec],
        None => read::list(spec, "containers").iter().chain(read::list(spec, "initContainers")).collect(),
    };
    for source in sources {
        let resources = read::at(source, "resources");
        add(&mut requests, resources, "requests");
        let limited = add(&mut limits, resources, "limits");
        all_limited &= limited == 2;
    }
    if requests.is_empty() && limits.is_empty() {
        return "BestEffort";
    }
    if all_limited && requests == limits { "Guaranteed" } else { "Burstable" }
}

/// Adds CPU and memory; gives how many of the two were there.
fn add<'v>(to: &mut BTreeMap<&'v str, Quantity>, resources: &'v Value, which: &str) -> usize {
    let mut found = 0;
    for (name, value) in read::entries(resources, which).filter(|(name, _)| matches!(*name, "cpu" | "memory")) {
        let amount = quantities::of(value);
        if !amount.is_zero() {
            found += 1;
            let sum = to.get(name).map_or(amount, |old| *old + amount);
            to.insert(name, sum);
        }
    }
    found
}
