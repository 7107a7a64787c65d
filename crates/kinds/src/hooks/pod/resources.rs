//! What containers request and are limited to.

use crate::checks::quantities;
use crate::checks::text::{invalid_each, qualified_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Resources of containers that Kubernetes itself knows.
const OF_CONTAINERS: &[&str] = &["cpu", "memory", "ephemeral-storage"];
/// Resources without a prefix that mean something anywhere.
const STANDARD: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];

/// Problems of `limits` and `requests`.
pub fn validate(path: &Path<'_>, resources: &Value, errors: &mut Errors) {
    let (limits, requests) = (path.child("limits"), path.child("requests"));
    for (name, amount) in read::entries(resources, "limits") {
        one(&limits.key(name), name, amount, errors);
    }
    for (name, amount) in read::entries(resources, "requests") {
        one(&requests.key(name), name, amount, errors);
        let limit = read::map(resources, "limits").and_then(|limits| limits.get(name));
        within(&limits, &requests, (name, amount), limit, errors);
    }
    huge_pages(path, resources, errors);
}

fn within(
    limits: &Path<'_>,
    requests: &Path<'_>,
    (name, amount): (&str, &Value),
    limit: Option<&Value>,
    errors: &mut Errors,
) {
    let amount = quantities::of(amount);
    let fixed = !may_overcommit(name);
    match limit.map(quantities::of) {
        Some(limit) if fixed && amount != limit => {
            errors.invalid_text(requests, &amount.to_string(), format!("must be equal to {name} limit of {limit}"));
        }
        Some(limit) if amount > limit => {
            let message = format!("must be less than or equal to {name} limit of {limit}");
            errors.invalid_text(requests, &amount.to_string(), message);
        }
        None if fixed => errors.required(limits, "Limit must be set for non overcommitable resources"),
        _ => (),
    }
}

/// Resources that may be requested beyond what there is.
fn may_overcommit(name: &str) -> bool {
    quantities::is_native(name) && !name.starts_with("hugepages-")
}

fn one(path: &Path<'_>, name: &str, amount: &Value, errors: &mut Errors) {
    name_of_container(path, name, errors);
    quantities::of_resource(path, name, amount, errors);
}

fn name_of_container(path: &Path<'_>, name: &str, errors: &mut Errors) {
    resource_name(path, name, errors);
    if !name.contains('/') {
        if !OF_CONTAINERS.contains(&name) && !name.starts_with("hugepages-") {
            errors.invalid_text(path, name, "must be a standard resource for containers");
        }
    } else if !quantities::is_native(name) && !quantities::is_extended(name) {
        errors.invalid_text(path, name, "doesn't follow extended resource name standard");
    }
}

/// A name that Kubernetes knows, or one with a prefix.
pub fn resource_name(path: &Path<'_>, name: &str, errors: &mut Errors) {
    let problems = qualified_name(name);
    let known = STANDARD.contains(&name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
    if problems.is_empty() && !name.contains('/') && !known {
        errors.invalid_text(path, name, "must be a standard resource type or fully qualified");
    }
    invalid_each(path, name, problems, errors);
}

fn huge_pages(path: &Path<'_>, resources: &Value, errors: &mut Errors) {
    let has = |wanted: fn(&str) -> bool| {
        ["limits", "requests"].into_iter().any(|which| read::entries(resources, which).any(|(name, _)| wanted(name)))
    };
    if has(|name| name.starts_with("hugepages-")) && !has(|name| matches!(name, "cpu" | "memory")) {
        errors.forbidden(path, "HugePages require cpu or memory");
    }
}
