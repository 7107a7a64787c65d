//! Webhooks and admission policies.

use super::fields::default_to;
use serde_json::{Map, Value, json};

/// Seconds a webhook may take.
const TIMEOUT_SECONDS: i64 = 10;

pub fn service_reference(reference: &mut Map<String, Value>) {
    default_to(reference, "port", 443);
}

pub fn validating_webhook(webhook: &mut Map<String, Value>) {
    default_to(webhook, "failurePolicy", "Fail");
    default_to(webhook, "matchPolicy", "Equivalent");
    default_to(webhook, "namespaceSelector", json!({}));
    default_to(webhook, "objectSelector", json!({}));
    default_to(webhook, "timeoutSeconds", TIMEOUT_SECONDS);
}

pub fn mutating_webhook(webhook: &mut Map<String, Value>) {
    validating_webhook(webhook);
    default_to(webhook, "reinvocationPolicy", "Never");
}

pub fn rule(rule: &mut Map<String, Value>) {
    default_to(rule, "scope", "*");
}

pub fn match_resources(resources: &mut Map<String, Value>) {
    default_to(resources, "matchPolicy", "Equivalent");
    default_to(resources, "namespaceSelector", json!({}));
    default_to(resources, "objectSelector", json!({}));
}

pub fn policy_spec(spec: &mut Map<String, Value>) {
    default_to(spec, "failurePolicy", "Fail");
}
