//! The simulated nodes: registered when the cluster starts, and ready unless an annotation says otherwise.

use crate::controller::{Change, Context, Controller, Item};
use crate::node_health::Health;
use crate::plan::{Action, CONTROLLER_MANAGER, KUBELET, Part, Plan, Target};
use crate::reading::{micro_time_text, time_text};
use apiserver::{Api, GroupResource, Object, resources};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version the nodes say they run.
const VERSION: &str = "v1.36.2";
/// Where nodes keep their leases.
const LEASES: &str = "kube-node-lease";
/// The taint of a node that is not ready; the API server puts it on every new one.
const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The taint of a node that is not heard of.
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// The taint of a cordoned node.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// A simulated node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Labels beyond those every node has.
    pub labels: BTreeMap<String, String>,
    /// What it can take: `cpu`, `memory`, `ephemeral-storage`, `pods` and whatever else.
    pub capacity: BTreeMap<String, String>,
    /// Its address.
    pub address: String,
}

impl Node {
    /// A large node of that name; the number makes its address, and its zone, of which there are two.
    #[must_use]
    pub fn numbered(name: &str, number: u8) -> Self {
        let capacity = [("cpu", "32"), ("memory", "256Gi"), ("ephemeral-storage", "1Ti"), ("pods", "1k")];
        let zone = ("topology.kubernetes.io/zone".to_owned(), format!("zone-{}", number % 2));
        Node {
            name: name.to_owned(),
            labels: BTreeMap::from([zone]),
            capacity: capacity.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            address: format!("192.168.255.{}", number.saturating_add(1)),
        }
    }
}

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The node as it should be.
    pub node: Node,
    /// The node as it is.
    pub object: Option<Object>,
    /// Whether it has its lease.
    pub has_lease: bool,
}

/// What a node lacks.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let node = &observed.node;
    let mut actions = Vec::new();
    match &observed.object {
        // Its status follows in the next pass, when the node is there.
        None => actions.push(create(resources::NODES, "", &node.name, registration(node))),
        Some(object) if object.get("/status/nodeInfo/kubeletVersion").is_none_or(|own| own == "") => {
            actions.push(Action::Patch {
                target: Target { resource: resources::NODES, namespace: Box::default(), name: object.name().into() },
                part: Part::Status,
                change: json!({"status": status(node, now)}),
                manager: KUBELET,
                resource_version: None,
            });
        }
        Some(object) if Health::told(object) != Health::wanted(object) => actions.push(health(object, now)),
        Some(object) => {
            actions.extend(taint(object, now));
            if !observed.has_lease {
                actions.push(create(resources::LEASES, LEASES, &node.name, lease(object, now)));
            }
        }
    }
    Plan { actions, wake: None }
}

fn create(resource: GroupResource, namespace: &str, name: &str, object: Value) -> Action {
    let target = Target { resource, namespace: namespace.into(), name: name.into() };
    Action::Create { target, object, manager: KUBELET, birth: None }
}

fn registration(node: &Node) -> Value {
    let mut labels = BTreeMap::from([
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", &node.name),
        ("kubernetes.io/os", "linux"),
    ]);
    labels.extend(node.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node.name, "labels": labels}})
}

fn status(node: &Node, now: Timestamp) -> Value {
    let time = time_text(now);
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "lastHeartbeatTime": time, "lastTransitionTime": time,
            "reason": reason, "message": message,
        })
    };
    json!({
        "capacity": node.capacity,
        "allocatable": node.capacity,
        "addresses": [
            {"type": "InternalIP", "address": node.address},
            {"type": "Hostname", "address": node.name},
        ],
        "conditions": [
            condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ],
        "nodeInfo": {
            "architecture": "amd64", "bootID": "simulated", "containerRuntimeVersion": "simulated://1",
            "kernelVersion": "simulated", "kubeProxyVersion": "", "kubeletVersion": VERSION,
            "machineID": "simulated", "operatingSystem": "linux", "osImage": "simulated", "systemUUID": "simulated",
        },
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
    })
}

/// The conditions of a node that is not well, or is well again.
fn health(object: &Object, now: Timestamp) -> Action {
    let mut conditions = object.get("/status/conditions").and_then(|it| it.as_array().cloned()).unwrap_or_default();
    let health = Health::wanted(object);
    for condition in &mut conditions {
        let is_ready = condition["type"] == "Ready";
        let (status, reason, message) = match (health, is_ready) {
            (Health::Lost, _) => ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."),
            (Health::NotReady, true) => ("False", "KubeletNotReady", "container runtime is down"),
            (Health::Ready, true) => ("True", "KubeletReady", "kubelet is posting ready status"),
            (_, false) => ("False", "KubeletHasSufficient", "kubelet has sufficient of it"),
        };
        if condition["status"] != status {
            condition["lastTransitionTime"] = time_text(now).into();
            condition["status"] = status.into();
            condition["reason"] = reason.into();
            condition["message"] = message.into();
        }
    }
    Action::Patch {
        target: Target { resource: resources::NODES, namespace: Box::default(), name: object.name().into() },
        part: Part::Status,
        change: json!({"status": {"conditions": conditions}}),
        manager: if health == Health::Lost { CONTROLLER_MANAGER } else { KUBELET },
        resource_version: Some(object.meta().resource_version.clone()),
    }
}

/// New nodes are kept free until they are ready, cordoned ones as long as they are, and those that are not well are
/// emptied: all by taints.
fn taint(object: &Object, now: Timestamp) -> Option<Action> {
    let before = match object.get("/spec/taints") {
        Some(Value::Array(taints)) => taints,
        _ => Vec::new(),
    };
    let cordoned = object.get("/spec/unschedulable").is_some_and(|own| own == true);
    let is = |taint: &Value, key: &str| taint["key"] == key;
    let mut after = before.clone();
    let ill = Health::told(object).taint();
    let is_of_health = |taint: &Value| is(taint, NOT_READY) || is(taint, UNREACHABLE);
    after.retain(|taint| {
        !is_of_health(taint) || ill.is_some_and(|ill| is(taint, ill) && taint["effect"] != "PreferNoSchedule")
    });
    after.retain(|taint| cordoned || !is(taint, UNSCHEDULABLE));
    for (key, effect) in ill.into_iter().flat_map(|key| [(key, "NoSchedule"), (key, "NoExecute")]) {
        if !after.iter().any(|taint| is(taint, key) && taint["effect"] == effect) {
            after.push(json!({"key": key, "effect": effect, "timeAdded": time_text(now)}));
        }
    }
    if cordoned && !after.iter().any(|taint| is(taint, UNSCHEDULABLE)) {
        after.push(json!({"key": UNSCHEDULABLE, "effect": "NoSchedule"}));
    }
    if before == after {
        return None;
    }
    let taints = if after.is_empty() { Value::Null } else { after.into() };
    Some(Action::Patch {
        target: Target { resource: resources::NODES, namespace: Box::default(), name: object.name().into() },
        part: Part::Main,
        change: json!({"spec": {"taints": taints}}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(object.meta().resource_version.clone()),
    })
}

/// A lease that is not renewed: nobody watches over simulated nodes, and an idle cluster must cost nothing.
fn lease(node: &Object, now: Timestamp) -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {
            "name": node.name(), "namespace": LEASES,
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": node.name(), "uid": &*node.meta().uid},
            ],
        },
        "spec": {"holderIdentity": node.name(), "leaseDurationSeconds": 40, "renewTime": micro_time_text(now)},
    })
}

/// Registers the nodes.
pub(crate) struct Nodes {
    nodes: BTreeMap<Box<str>, Node>,
}

impl Nodes {
    pub(crate) fn new(nodes: Vec<Node>) -> Self {
        Nodes { nodes: nodes.into_iter().map(|node| (node.name.as_str().into(), node)).collect() }
    }
}

impl Controller for Nodes {
    fn name(&self) -> &'static str {
        "nodes"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        // A node that somebody deletes stays away until the next start, as a machine that was taken out.
        let ours = *change.resource == resources::NODES && self.nodes.contains_key(change.object.name());
        if ours && change.kind != apiserver::EventKind::Deleted { vec![Item::of(change.object)] } else { Vec::new() }
    }

    fn begin(&mut self) -> Vec<Item> {
        self.nodes.keys().map(|name| Item::new("", name)).collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(node) = self.nodes.get(&item.name) else { return Plan::nothing() };
        let observed = Observed {
            node: node.clone(),
            object: context.api.get(&resources::NODES, "", &item.name),
            has_lease: context.api.get(&resources::LEASES, LEASES, &item.name).is_some(),
        };
        plan(&observed, context.now)
    }
}
