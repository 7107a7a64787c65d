//! Objects made rather than read: ConfigMaps and Secrets from literals and files, charts, cloud accounts.

mod base64_text;
mod charts;
mod data;
mod sources;

pub(crate) use charts::chart_values;
pub(crate) use data::{data_object, merge_data, take_over};

use crate::node::{Node, Scalar, set_field};
use crate::problem::{Problem, Result};
use crate::resource::{Origin, Resource};
use std::sync::Arc;

/// The Kubernetes service account that stands for one of Google's.
///
/// # Errors
/// For clouds other than Google's.
pub(crate) fn iam_policy(value: &serde_json::Value, origin: Arc<Origin>) -> Result<Resource> {
    let text = |path: &str| value.pointer(path).and_then(serde_json::Value::as_str).unwrap_or_default();
    if text("/cloud") != "gke" {
        return Err(Problem::invalid(format!("cloud provider {} not supported yet", text("/cloud"))));
    }
    let mut resource = Resource::new(object_node("v1", "ServiceAccount"), origin);
    let account =
        format!("{}@{}.iam.gserviceaccount.com", text("/serviceAccount/name"), text("/serviceAccount/projectId"));
    resource.set_annotation("iam.gke.io/gcp-service-account", &account);
    resource.set_name(text("/kubernetesService/name"));
    resource.set_namespace(text("/kubernetesService/namespace"));
    Ok(resource)
}

/// An object that says what it is and nothing else.
fn object_node(api_version: &str, kind: &str) -> Node {
    let mut node = Node::map();
    for (field, value) in [("apiVersion", api_version), ("kind", kind)] {
        set_field(&mut node, field, Scalar::string(value)).expect("invariant: the node is a mapping");
    }
    node
}
