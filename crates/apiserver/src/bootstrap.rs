//! What every cluster begins with: its roles, its namespaces and the API server's own service. Run at every start; what is
//! there already stays.

use crate::access::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES};
use crate::default_roles;
use crate::group_resource::{GroupResource, resources};
use crate::pipeline::{self, WriteOptions, Writing};
use crate::shared::Shared;
use serde_json::{Value, json};

/// Namespaces of every cluster.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The cluster IP of the API server's service: the first of the service network.
const API_SERVICE_IP: &str = "10.96.0.1";

/// Makes what is missing.
pub fn fill(shared: &Shared) {
    pipeline::remember_addresses(shared);
    pipeline::serve_all(shared);
    for default in default_roles::all() {
        make(shared, &CLUSTER_ROLES, "", &default.name, default.role);
        if let Some(binding) = default.binding {
            make(shared, &CLUSTER_ROLE_BINDINGS, "", &default.name, binding);
        }
    }
    for name in NAMESPACES {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        make(shared, &resources::NAMESPACES, "", name, namespace);
    }
    let labels = json!({"component": "apiserver", "provider": "kubernetes"});
    let service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": labels},
        "spec": {
            "type": "ClusterIP", "clusterIP": API_SERVICE_IP, "clusterIPs": [API_SERVICE_IP], "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
        },
    });
    make(shared, &resources::SERVICES, "default", "kubernetes", service);
}

fn make(shared: &Shared, resource: &GroupResource, namespace: &str, name: &str, mut object: Value) {
    let Some(served) = shared.registry.by_name(resource) else { return };
    if shared.store.get(resource, &crate::store::object_key(namespace, name)).is_some() {
        return;
    }
    let options = WriteOptions::in_process("kube-apiserver");
    let writing = Writing { shared, served: &served, namespace, name: "", subresource: "", options: &options };
    served.default(&mut object);
    if let Err(error) = pipeline::create(&writing, object) {
        tracing::error!(resource = %resource, name, %error, "could not make what every cluster begins with");
    }
}
