//! What stands behind routers.

use crate::rollouts::{BLUE, NAMESPACE, rollout};
use serde_json::{Value, json};

/// A Rollout behind NGINX, with its Services and its Ingress.
pub fn routed(name: &str) -> [Value; 4] {
    let mut routed = rollout(name, 1, &json!([{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}]));
    routed["spec"]["strategy"]["canary"] = json!({
        "stableService": format!("{name}-stable"),
        "canaryService": format!("{name}-canary"),
        "trafficRouting": {"nginx": {"stableIngress": name}},
        "steps": routed["spec"]["strategy"]["canary"]["steps"],
    });
    let service = |role: &str| service(&format!("{name}-{role}"), name);
    [service("stable"), service("canary"), ingress(name, &format!("{name}-stable")), routed]
}

/// The Ingress that a router makes beside the one of that name.
pub fn second_ingress(name: &str) -> String {
    format!("{name}-{name}-canary")
}

/// Four pods behind an Ingress.
pub fn served(name: &str) -> [Value; 3] {
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "replicas": 4,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "app", "image": BLUE}]},
            },
        },
    });
    [deployment, service(name, name), ingress(name, name)]
}

fn service(name: &str, app: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"selector": {"app": app}, "ports": [{"port": 80}]},
    })
}

fn ingress(name: &str, service: &str) -> Value {
    let backend = json!({"service": {"name": service, "port": {"number": 80}}});
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"rules": [{
            "host": format!("{name}.example.com"),
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
        }]},
    })
}
