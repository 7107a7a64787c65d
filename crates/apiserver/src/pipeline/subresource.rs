//! Subresources that are created: a pod is put on a node, a pod is evicted, an account gets a token.

use super::modify::modify;
use super::outcome::Outcome;
use super::request::Writing;
use super::{eviction, metadata, token_request};
use crate::error::ApiError;
use crate::group_resource::resources;
use crate::store::Encoded;
use kinds::Part;
use serde_json::{Value, json};

/// Creates what the subresource stands for.
pub fn create_subresource(writing: &Writing<'_>, object: &Value) -> Result<Outcome, ApiError> {
    let name = writing.served.resource.name();
    match writing.subresource {
        "binding" if name == resources::PODS => bind(writing, object),
        "eviction" if name == resources::PODS => eviction::evict(writing, object),
        "token" if name == resources::SERVICE_ACCOUNTS => token_request::answer(writing, object),
        _ => Err(ApiError::method_not_allowed()),
    }
}

fn success() -> bytes::Bytes {
    Encoded::plain(&json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}))
}

fn bind(writing: &Writing<'_>, binding: &Value) -> Result<Outcome, ApiError> {
    let node = binding["target"]["name"].as_str().unwrap_or_default();
    if node.is_empty() {
        return Err(ApiError::bad_request("Binding.target.name: Required value"));
    }
    let refuse = |cause: String| {
        ApiError::conflict(&crate::group_resource::GroupResource::new("", "pods/binding"), writing.name, &cause)
    };
    let now = writing.shared.now_text();
    let topology = topology_of(writing, node);
    let outcome = modify(writing, Part::Other("binding"), &mut |live| {
        if metadata::is_terminating(live) {
            return Err(refuse(format!("pod {} is being deleted, cannot be assigned to a host", writing.name)));
        }
        let current = live.pointer("/spec/nodeName").and_then(Value::as_str).unwrap_or_default();
        if !current.is_empty() {
            return Err(refuse(format!("pod {} is already assigned to node \"{current}\"", writing.name)));
        }
        let mut pod = live.clone();
        pod["spec"]["nodeName"] = node.into();
        copy_topology(&mut pod, &topology);
        set_scheduled(&mut pod, &now);
        Ok(pod)
    })?;
    Ok(Outcome { raw: success(), is_created: true, ..outcome })
}

/// The labels by which a pod knows where it runs.
const TOPOLOGY: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

fn topology_of(writing: &Writing<'_>, node: &str) -> Vec<(&'static str, String)> {
    let Some(node) = writing.shared.store.get(&resources::NODES, node) else { return Vec::new() };
    let labels = &node.object.meta().labels;
    TOPOLOGY.iter().filter_map(|key| Some((*key, labels.get(*key)?.to_string()))).collect()
}

/// A bound pod bears its node's zone and region.
fn copy_topology(pod: &mut Value, topology: &[(&'static str, String)]) {
    for (key, value) in topology {
        pod["metadata"]["labels"][*key] = value.as_str().into();
    }
}

fn set_scheduled(pod: &mut Value, now: &str) {
    let condition = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": now});
    let conditions = &mut pod["status"]["conditions"];
    match conditions.as_array_mut() {
        Some(list) => {
            list.retain(|condition| condition["type"] != "PodScheduled");
            list.push(condition);
        }
        None => *conditions = json!([condition]),
    }
}
