//! Kinds with a rule or two: RBAC, scheduling, storage classes, flow control, custom resource definitions, devices.

use super::fields::{default_number, default_to, items, map, text};
use serde_json::{Map, Value, json};

/// The group of users, groups and roles.
const RBAC: &str = "rbac.authorization.k8s.io";

pub fn role_binding(binding: &mut Map<String, Value>) {
    if let Some(role) = map(binding, "roleRef")
        && text(role, "apiGroup").is_empty()
    {
        role.insert("apiGroup".to_owned(), RBAC.into());
    }
}

pub fn subject(subject: &mut Map<String, Value>) {
    if matches!(text(subject, "kind"), "User" | "Group") {
        default_to(subject, "apiGroup", RBAC);
    }
}

pub fn priority_class(class: &mut Map<String, Value>) {
    default_to(class, "preemptionPolicy", "PreemptLowerPriority");
}

pub fn storage_class(class: &mut Map<String, Value>) {
    default_to(class, "reclaimPolicy", "Delete");
    default_to(class, "volumeBindingMode", "Immediate");
}

pub fn csi_driver(driver: &mut Map<String, Value>) {
    let Some(spec) = map(driver, "spec") else { return };
    default_to(spec, "attachRequired", true);
    default_to(spec, "podInfoOnMount", false);
    default_to(spec, "storageCapacity", false);
    default_to(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    default_to(spec, "volumeLifecycleModes", json!(["Persistent"]));
    default_to(spec, "requiresRepublish", false);
    default_to(spec, "seLinuxMount", false);
}

pub fn device_request(request: &mut Map<String, Value>) {
    default_to(request, "allocationMode", "ExactCount");
    if text(request, "allocationMode") == "ExactCount" {
        default_number(request, "count", 1);
    }
}

pub fn custom_resource_definition(definition: &mut Map<String, Value>) {
    let Some(spec) = map(definition, "spec") else { return };
    default_to(spec, "conversion", json!({"strategy": "None"}));
    let stored = items(spec, "versions").find(|version| version.get("storage") == Some(&Value::Bool(true)));
    let stored = stored.map(|version| text(version, "name").to_owned());
    if let Some(names) = map(spec, "names") {
        let kind = text(names, "kind").to_owned();
        if !kind.is_empty() {
            default_to(names, "singular", kind.to_lowercase());
            default_to(names, "listKind", format!("{kind}List"));
        }
    }
    if let (Some(stored), Some(status)) = (stored, map(definition, "status")) {
        default_to(status, "storedVersions", json!([stored]));
    }
}

/// Precedence of a flow schema that gives none.
const PRECEDENCE: i64 = 1000;
/// Concurrency shares of a limited level that gives none.
const SHARES: i64 = 30;

pub fn flow_schema(spec: &mut Map<String, Value>) {
    default_number(spec, "matchingPrecedence", PRECEDENCE);
}

pub fn exempt_level(level: &mut Map<String, Value>) {
    default_to(level, "nominalConcurrencyShares", 0);
    default_to(level, "lendablePercent", 0);
}

pub fn limited_level(level: &mut Map<String, Value>) {
    default_to(level, "nominalConcurrencyShares", SHARES);
    default_to(level, "lendablePercent", 0);
}

pub fn queuing(queuing: &mut Map<String, Value>) {
    default_number(queuing, "handSize", 8);
    default_number(queuing, "queues", 64);
    default_number(queuing, "queueLengthLimit", 50);
}
