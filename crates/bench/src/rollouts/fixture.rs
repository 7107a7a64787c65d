//! The Rollouts that are measured.

use serde_json::{Value, json};

/// The image everything begins with.
pub const BLUE: &str = "registry.example/app:blue";
/// The image it changes to.
pub const YELLOW: &str = "registry.example/app:yellow";

/// The namespace of all of them.
pub const NAMESPACE: &str = "bench";

/// One without pods.
pub fn idle(name: &str) -> Value {
    rollout(name, 0, &json!([{"setWeight": 20}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": "10m"}}]))
}

/// One of three pods that goes through three steps.
pub fn stepping(name: &str) -> Value {
    rollout(name, 3, &json!([{"setWeight": 34}, {"setWeight": 67}, {"setWeight": 100}]))
}

/// One that pauses.
pub fn pausing(name: &str) -> Value {
    rollout(name, 1, &json!([{"setWeight": 50}, {"pause": {}}, {"pause": {}}]))
}

/// The change to another image.
pub fn image(image: &str) -> Value {
    json!({"spec": {"template": {"spec": {"containers": [container(image)]}}}})
}

fn container(image: &str) -> Value {
    json!({
        "name": "app",
        "image": image,
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}],
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
    })
}

/// One with these steps.
pub fn rollout(name: &str, replicas: u32, steps: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": name}},
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container(BLUE)]}},
            "strategy": {"canary": {"maxSurge": "34%", "maxUnavailable": 0, "steps": steps}},
        },
    })
}
