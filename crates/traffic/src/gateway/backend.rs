//! The backends of a rule. A leaf module.

use serde_json::Value;

/// Whether a backend is this Service.
pub fn leads_to(backend: &Value, service: &str) -> bool {
    let is_service = backend.get("kind").is_none_or(|kind| kind == "Service");
    is_service && !service.is_empty() && backend["name"] == *service
}
