//! What an embedded cluster shows of the server in this process.

use serde_json::{Value, json};

/// Upstream's name.
pub(super) const NAME: &str = "argocd-server";

/// The Service, and a pod behind it that stands for this process. `port` is where the process listens.
pub(super) fn shown(namespace: &str, port: u16) -> Vec<Value> {
    let labels = json!({"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "argocd",
        "app.kubernetes.io/component": "server"});
    let selector = json!({"app.kubernetes.io/name": NAME});
    vec![
        json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": NAME, "namespace": namespace, "labels": labels},
            "spec": {"type": "ClusterIP", "selector": selector, "ports": [
                {"name": "http", "port": 80, "protocol": "TCP", "targetPort": port},
                {"name": "https", "port": 443, "protocol": "TCP", "targetPort": port}]}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": NAME, "namespace": namespace, "labels": labels},
            "spec": {"replicas": 1, "selector": {"matchLabels": selector},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [{
                    "name": NAME, "image": "capstan:in-this-process",
                    "ports": [{"name": "http", "containerPort": port}]}]}}}}),
    ]
}
