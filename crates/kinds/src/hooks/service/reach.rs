//! From where a Service is reached.

use crate::read;
use serde_json::Value;

/// Whether clients outside the cluster reach it.
pub(super) fn is_external(spec: &Value) -> bool {
    match read::text(spec, "type") {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !read::list(spec, "externalIPs").is_empty(),
        _ => false,
    }
}

/// Whether nodes need a port that tells whether they have endpoints.
pub(super) fn needs_health_port(spec: &Value) -> bool {
    read::text(spec, "type") == "LoadBalancer" && read::text(spec, "externalTrafficPolicy") == "Local"
}
