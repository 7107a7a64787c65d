//! Which nodes a DaemonSet's pod belongs on, and the pod for one of them.

use super::observed::Fit;
use crate::pod::Pod;
use crate::pod_template::pod_from_template;
use crate::revisions::REVISION;
use crate::scheduler::{matches_node, untolerated};
use apiserver::Object;
use serde_json::{Value, json};

/// The field by which a pod is bound to be scheduled to one node.
const NODE_NAME: &str = "metadata.name";

/// Taints every DaemonSet's pod tolerates.
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// Whether a template's pod belongs on a node.
pub(super) fn fit(template_spec: &Value, node: &Object) -> Fit {
    let mut spec = template_spec.clone();
    tolerate(&mut spec);
    let none = Fit { runs: false, keeps: false };
    let wanted = spec["nodeName"].as_str().unwrap_or_default();
    if (!wanted.is_empty() && wanted != node.name()) || !matches_node(&spec, node) {
        return none;
    }
    let taints = untolerated(&spec, node);
    Fit { runs: taints.is_empty(), keeps: !taints.iter().any(|effect| effect == "NoExecute") }
}

fn tolerate(spec: &mut Value) {
    let mut tolerations = spec["tolerations"].as_array().cloned().unwrap_or_default();
    let host_network = spec["hostNetwork"] == true;
    let network = host_network.then_some(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATED.into_iter().chain(network) {
        let toleration = json!({"key": key, "operator": "Exists", "effect": effect});
        if !tolerations.contains(&toleration) {
            tolerations.push(toleration);
        }
    }
    spec["tolerations"] = tolerations.into();
}

/// The pod for a node: it may be scheduled there and nowhere else.
pub(super) fn pod_for(set: &Object, template: &Value, hash: &str, node: &str) -> Value {
    let mut pod = pod_from_template(template, set);
    let generation = set.meta().annotation("deprecated.daemonset.template.generation").map(str::to_owned);
    let generation = generation.unwrap_or_else(|| set.meta().generation.to_string());
    pod["metadata"]["labels"]["pod-template-generation"] = generation.into();
    pod["metadata"]["labels"][REVISION] = hash.into();
    tolerate(&mut pod["spec"]);
    let only = json!({"key": NODE_NAME, "operator": "In", "values": [node]});
    let required = &mut pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let mut terms = required["nodeSelectorTerms"].as_array().cloned().unwrap_or_default();
    if terms.is_empty() {
        terms.push(json!({}));
    }
    for term in &mut terms {
        term["matchFields"] = json!([only]);
    }
    required["nodeSelectorTerms"] = terms.into();
    pod
}

/// The node a pod is on, or is meant for.
pub(super) fn node_of(object: &Object, pod: &Pod) -> String {
    if !pod.spec.node_name.is_empty() {
        return pod.spec.node_name.clone();
    }
    let required = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0";
    let term = object.get(required).unwrap_or_default();
    let fields = term["matchFields"].as_array().into_iter().flatten();
    let named = fields.filter(|field| field["key"] == NODE_NAME).find_map(|field| field["values"][0].as_str());
    named.unwrap_or_default().to_owned()
}
