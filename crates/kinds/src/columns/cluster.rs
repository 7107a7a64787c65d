//! Namespaces, nodes, accounts, leases, classes and API services.

use super::age::age;
use super::labels::{NONE, or_none};
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Namespaces.
pub fn namespace(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::text(read::at(object, "status"), "phase")), json!(age(object, now))]
}

/// Service accounts.
pub fn service_account(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::list(object, "secrets").len()), json!(age(object, now))]
}

/// Leases.
pub fn lease(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::text(read::at(object, "spec"), "holderIdentity")), json!(age(object, now))]
}

/// Priority classes.
pub fn priority_class(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![
        name(object),
        json!(read::number(object, "value")),
        json!(read::flag(object, "globalDefault")),
        json!(age(object, now)),
        json!(read::text(object, "preemptionPolicy")),
    ]
}

/// Runtime classes.
pub fn runtime_class(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::text(object, "handler")), json!(age(object, now))]
}

fn condition<'v>(object: &'v Value, kind: &str) -> Option<&'v Value> {
    read::list(read::at(object, "status"), "conditions").iter().find(|one| read::text(one, "type") == kind)
}

/// API services.
pub fn api_service(object: &Value, now: Timestamp) -> Vec<Value> {
    let service = read::given(read::at(object, "spec"), "service").map_or_else(
        || "Local".to_owned(),
        |service| format!("{}/{}", read::text(service, "namespace"), read::text(service, "name")),
    );
    let available = match condition(object, "Available") {
        None => "Unknown".to_owned(),
        Some(known) => match (read::text(known, "status"), read::text(known, "reason")) {
            ("True", _) => "True".to_owned(),
            (status, reason) => format!("{status} ({reason})"),
        },
    };
    vec![name(object), json!(service), json!(available), json!(age(object, now))]
}

/// Nodes.
pub fn node(object: &Value, now: Timestamp) -> Vec<Value> {
    let info = read::at(read::at(object, "status"), "nodeInfo");
    let or_unknown = |text: &str| if text.is_empty() { "<unknown>".to_owned() } else { text.to_owned() };
    let kernel = match (read::text(info, "kernelVersion"), read::text(info, "architecture")) {
        ("", _) => "<unknown>".to_owned(),
        (kernel, "") => kernel.to_owned(),
        (kernel, architecture) => format!("{kernel} ({architecture})"),
    };
    vec![
        name(object),
        json!(node_status(object)),
        json!(roles(object)),
        json!(age(object, now)),
        json!(read::text(info, "kubeletVersion")),
        json!(address(object, "InternalIP")),
        json!(address(object, "ExternalIP")),
        json!(or_unknown(read::text(info, "osImage"))),
        json!(kernel),
        json!(or_unknown(read::text(info, "containerRuntimeVersion"))),
    ]
}

fn node_status(object: &Value) -> String {
    let mut status = match condition(object, "Ready") {
        None => "Unknown",
        Some(ready) if read::text(ready, "status") == "True" => "Ready",
        Some(_) => "NotReady",
    }
    .to_owned();
    if read::flag(read::at(object, "spec"), "unschedulable") {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(object: &Value) -> String {
    let labels = read::entries(read::at(object, "metadata"), "labels");
    let mut roles: Vec<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None if key == "kubernetes.io/role" => value.as_str(),
            None => None,
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    or_none(roles.join(","))
}

fn address<'v>(object: &'v Value, kind: &str) -> &'v str {
    let addresses = read::list(read::at(object, "status"), "addresses");
    addresses.iter().find(|one| read::text(one, "type") == kind).map_or(NONE, |one| read::text(one, "address"))
}
