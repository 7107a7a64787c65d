//! What pods ask for and nodes give.

use super::quantity::thousandths;
use serde_json::Value;
use std::collections::BTreeMap;

/// Amounts by resource name, in thousandths.
pub(super) type Amounts = BTreeMap<Box<str>, i128>;

/// The amounts in a resource list.
pub(super) fn amounts(list: &Value) -> Amounts {
    let entries = list.as_object().into_iter().flatten();
    entries.map(|(name, quantity)| (Box::from(name.as_str()), thousandths(quantity))).collect()
}

/// What a pod asks for: the sum of its containers, or what the largest of its init containers needs beside the
/// sidecars before it, whichever is more, plus its overhead.
pub(super) fn requested(spec: &Value) -> Amounts {
    let mut total = Amounts::new();
    for container in spec["containers"].as_array().into_iter().flatten() {
        add(&mut total, &requests(container));
    }
    let mut sidecars = Amounts::new();
    let mut peak = Amounts::new();
    for container in spec["initContainers"].as_array().into_iter().flatten() {
        let mut moment = requests(container);
        if container["restartPolicy"] == "Always" {
            add(&mut sidecars, &moment);
            add(&mut total, &moment);
            moment = sidecars.clone();
        } else {
            add(&mut moment, &sidecars);
        }
        raise(&mut peak, &moment);
    }
    raise(&mut total, &peak);
    add(&mut total, &amounts(&spec["overhead"]));
    total
}

fn requests(container: &Value) -> Amounts {
    let mut requests = amounts(&container["resources"]["limits"]);
    requests.extend(amounts(&container["resources"]["requests"]));
    requests
}

/// Adds amounts to others.
pub(super) fn add(total: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        *total.entry(name.clone()).or_default() += amount;
    }
}

/// Takes amounts that were added before.
pub(super) fn subtract(total: &mut Amounts, less: &Amounts) {
    for (name, amount) in less {
        if let Some(left) = total.get_mut(name) {
            *left -= amount;
        }
    }
}

fn raise(total: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let current = total.entry(name.clone()).or_default();
        *current = (*current).max(*amount);
    }
}
