//! What an object takes of the quotas of its namespace.

use defaults::Quantity;
use serde_json::Value;
use std::collections::BTreeMap;

/// Amounts by the names quotas use: `pods`, `requests.cpu`, `count/deployments.apps`.
pub type Usage = BTreeMap<String, Quantity>;

/// Resources of the core group that quotas count by their own names.
const COUNTED: [&str; 7] =
    ["pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas"];

/// What an object of this resource takes.
#[must_use]
pub fn usage(group: &str, plural: &str, object: &Value) -> Usage {
    let mut usage = Usage::new();
    let one = || Quantity::whole(1);
    let suffix = if group.is_empty() { String::new() } else { format!(".{group}") };
    usage.insert(format!("count/{plural}{suffix}"), one());
    if !group.is_empty() {
        return usage;
    }
    match plural {
        "pods" if is_over(object) => {}
        "pods" => {
            usage.insert("pods".to_owned(), one());
            add_compute(&mut usage, object);
        }
        "services" => {
            usage.insert("services".to_owned(), one());
            add_service(&mut usage, object);
        }
        "persistentvolumeclaims" => {
            usage.insert("persistentvolumeclaims".to_owned(), one());
            add_claim(&mut usage, object);
        }
        plural if COUNTED.contains(&plural) => {
            usage.insert(plural.to_owned(), one());
        }
        _ => {}
    }
    usage
}

/// A pod whose containers have ended takes nothing any more.
fn is_over(pod: &Value) -> bool {
    matches!(pod.pointer("/status/phase").and_then(Value::as_str), Some("Succeeded" | "Failed"))
}

fn add(usage: &mut Usage, name: &str, amount: Quantity) {
    let before = usage.get(name).copied().unwrap_or_else(Quantity::zero);
    usage.insert(name.to_owned(), before + amount);
}

fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(value.as_str()?).ok()
}

fn add_compute(usage: &mut Usage, pod: &Value) {
    for (field, prefix) in [("requests", "requests."), ("limits", "limits.")] {
        for (name, amount) in asked(pod, field) {
            add(usage, &format!("{prefix}{name}"), amount);
            if field == "requests" && matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
                add(usage, &name, amount);
            }
        }
    }
}

/// What the containers of a pod ask for together, or the largest of those that run before them.
fn asked(pod: &Value, field: &str) -> Usage {
    let list = |name: &str| pod["spec"][name].as_array().into_iter().flatten();
    let amounts = |container: &Value| -> Vec<(String, Quantity)> {
        let given = container["resources"][field].as_object().into_iter().flatten();
        given.filter_map(|(name, amount)| Some((name.clone(), quantity(amount)?))).collect()
    };
    let mut total = Usage::new();
    list("containers").flat_map(amounts).for_each(|(name, amount)| add(&mut total, &name, amount));
    for (name, amount) in list("initContainers").flat_map(amounts) {
        if total.get(&name).is_none_or(|known| *known < amount) {
            total.insert(name, amount);
        }
    }
    total
}

fn add_service(usage: &mut Usage, service: &Value) {
    let ports = service["spec"]["ports"].as_array().map_or(0, Vec::len);
    let ports = Quantity::whole(i64::try_from(ports).unwrap_or(i64::MAX));
    match service["spec"]["type"].as_str() {
        Some("NodePort") => add(usage, "services.nodeports", ports),
        Some("LoadBalancer") => {
            add(usage, "services.loadbalancers", Quantity::whole(1));
            if service["spec"]["allocateLoadBalancerNodePorts"] != false {
                add(usage, "services.nodeports", ports);
            }
        }
        _ => {}
    }
}

fn add_claim(usage: &mut Usage, claim: &Value) {
    let storage = quantity(&claim["spec"]["resources"]["requests"]["storage"]);
    if let Some(storage) = storage {
        add(usage, "requests.storage", storage);
    }
    if let Some(class) = claim["spec"]["storageClassName"].as_str().filter(|class| !class.is_empty()) {
        let prefix = format!("{class}.storageclass.storage.k8s.io");
        add(usage, &format!("{prefix}/persistentvolumeclaims"), Quantity::whole(1));
        if let Some(storage) = storage {
            add(usage, &format!("{prefix}/requests.storage"), storage);
        }
    }
}

/// Whether a quota counts an object: its scopes say which pods.
#[must_use]
pub fn is_in_scope(quota: &Value, plural: &str, object: &Value) -> bool {
    let mut scopes = quota["spec"]["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let is_best_effort = || asked(object, "requests").is_empty() && asked(object, "limits").is_empty();
    let has_deadline = || object["spec"]["activeDeadlineSeconds"].is_number();
    scopes.all(|scope| {
        plural == "pods"
            && match scope {
                "BestEffort" => is_best_effort(),
                "NotBestEffort" => !is_best_effort(),
                "Terminating" => has_deadline(),
                "NotTerminating" => !has_deadline(),
                _ => true,
            }
    })
}

/// The limits a quota sets.
#[must_use]
pub fn hard(quota: &Value) -> Usage {
    let hard = quota["spec"]["hard"].as_object().into_iter().flatten();
    hard.filter_map(|(name, amount)| Some((name.clone(), quantity(amount)?))).collect()
}

/// Resources a quota limits that some container of a pod does not say.
#[must_use]
pub fn unsaid(quota: &Value, pod: &Value) -> Vec<String> {
    let said = |container: &Value, name: &str| {
        let (field, resource) = match name.split_once('.') {
            Some((field @ ("requests" | "limits"), resource)) => (field, resource),
            _ => ("requests", name),
        };
        !container["resources"][field][resource].is_null()
    };
    let needs = |name: &str| matches!(name, "cpu" | "memory") || name.ends_with(".cpu") || name.ends_with(".memory");
    let mut missing = Vec::new();
    for name in hard(quota).into_keys().filter(|name| needs(name)) {
        let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
        let without = containers.filter(|container| !said(container, &name));
        let names: Vec<&str> = without.filter_map(|container| container["name"].as_str()).collect();
        if !names.is_empty() {
            missing.push(format!("{name} for: {}", names.join(",")));
        }
    }
    missing
}
