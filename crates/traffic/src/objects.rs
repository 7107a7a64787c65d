//! What routers must know of the cluster. A leaf module.

use object::Fetched;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What routers must know of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// Ingresses by name, those the Rollout names and those made for it.
    pub ingresses: BTreeMap<String, Fetched<Arc<Value>>>,
    /// Whether the load balancer was seen to share traffic out as the Ingresses say; `None` when nobody asked it.
    pub load_balancer_verified: Option<bool>,
}

/// Whether a rule of an Ingress has this Service as a backend.
#[must_use]
pub fn has_rule_with(ingress: &Value, service: &str) -> bool {
    let rules = ingress.pointer("/spec/rules").and_then(Value::as_array);
    let paths = rules.into_iter().flatten().filter_map(|rule| rule.pointer("/http/paths").and_then(Value::as_array));
    paths.flatten().any(|path| service_of(path) == service)
}

/// The Service that a path of an Ingress leads to.
pub fn service_of(path: &Value) -> &str {
    path.pointer("/backend/service/name").and_then(Value::as_str).unwrap_or_default()
}
