//! The nodes and what runs on them, kept up by every change so that a pass searches nothing.

use super::resources::{Amounts, add, amounts, requested, subtract};
use super::terms::{AffinityTerm, Labels, required_anti_affinity};
use crate::pod::Pod;
use apiserver::Object;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A pod's namespace and name.
pub(super) type PodKey = (Box<str>, Box<str>);

/// All nodes by name.
#[derive(Debug, Default)]
pub struct Fleet {
    pub(super) nodes: BTreeMap<Box<str>, Node>,
    /// Pods on nodes that are not known, or not known yet.
    places: BTreeMap<PodKey, Box<str>>,
    loads: BTreeMap<Box<str>, Load>,
    /// The few pods that keep others away.
    hostile: BTreeSet<PodKey>,
}

/// What runs on one node, and its sums.
#[derive(Debug, Default)]
struct Load {
    pods: BTreeMap<PodKey, Placed>,
    used: Amounts,
    by_owner: BTreeMap<Box<str>, usize>,
}

impl Load {
    fn insert(&mut self, key: PodKey, placed: Placed) {
        add(&mut self.used, &placed.requests);
        if let Some(owner) = &placed.owner {
            *self.by_owner.entry(owner.clone()).or_default() += 1;
        }
        self.pods.insert(key, placed);
    }

    fn remove(&mut self, key: &PodKey) {
        let Some(placed) = self.pods.remove(key) else { return };
        subtract(&mut self.used, &placed.requests);
        if let Some(owner) = &placed.owner
            && let Some(count) = self.by_owner.get_mut(owner)
        {
            *count -= 1;
            if *count == 0 {
                self.by_owner.remove(owner);
            }
        }
    }
}

/// A node as the scheduler looks at it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub name: Box<str>,
    pub labels: Labels,
    pub is_unschedulable: bool,
    pub taints: Vec<Taint>,
    pub allocatable: Amounts,
}

/// What keeps pods away from a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Taint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

/// A pod on a node.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub namespace: Box<str>,
    pub labels: Labels,
    pub owner: Option<Box<str>>,
    pub requests: Amounts,
    pub ports: BTreeSet<(String, i64)>,
    pub avoids: Vec<AffinityTerm>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeView {
    spec: NodeSpec,
    status: NodeStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeSpec {
    unschedulable: bool,
    taints: Vec<Taint>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeStatus {
    allocatable: Value,
}

impl Fleet {
    /// Notes a node.
    pub(super) fn put_node(&mut self, object: &Object) {
        let NodeView { spec, status } = crate::reading::read(object);
        let node = Node {
            name: object.name().into(),
            labels: object.meta().labels.clone(),
            is_unschedulable: spec.unschedulable,
            taints: spec.taints,
            allocatable: amounts(&status.allocatable),
        };
        self.nodes.insert(object.name().into(), node);
    }

    /// Forgets a node.
    pub(super) fn remove_node(&mut self, name: &str) {
        self.nodes.remove(name);
    }

    /// Notes a pod that occupies a node. Whether it freed one instead.
    pub(super) fn put_pod(&mut self, object: &Object) -> bool {
        let pod = Pod::read(object);
        if pod.spec.node_name.is_empty() || pod.is_finished() {
            return self.remove_pod(object);
        }
        let key = key(object);
        if self.places.get(&key).is_some_and(|node| **node == *pod.spec.node_name) {
            // What the scheduler looks at does not change while a pod stays where it is, its labels excepted.
            let load = self.loads.get_mut(pod.spec.node_name.as_str());
            if let Some(placed) = load.and_then(|load| load.pods.get_mut(&key)) {
                placed.labels.clone_from(&object.meta().labels);
            }
            return false;
        }
        let spec = object.get("/spec").unwrap_or_default();
        let placed = Placed::read(object, &spec);
        self.remove_pod(object);
        if !placed.avoids.is_empty() {
            self.hostile.insert(key.clone());
        }
        self.places.insert(key.clone(), pod.spec.node_name.as_str().into());
        self.loads.entry(pod.spec.node_name.into()).or_default().insert(key, placed);
        false
    }

    /// Forgets a pod. Whether it occupied a node.
    pub(super) fn remove_pod(&mut self, object: &Object) -> bool {
        let key = key(object);
        let Some(node) = self.places.remove(&key) else { return false };
        self.hostile.remove(&key);
        if let Some(load) = self.loads.get_mut(&node) {
            load.remove(&key);
        }
        true
    }

    /// The pods on a node.
    pub(super) fn on(&self, node: &str) -> impl Iterator<Item = &Placed> {
        self.loads.get(node).into_iter().flat_map(|load| load.pods.values())
    }

    /// How many pods are on a node.
    pub(super) fn count(&self, node: &str) -> usize {
        self.loads.get(node).map_or(0, |load| load.pods.len())
    }

    /// How many pods of an owner are on a node.
    pub(super) fn count_of(&self, node: &str, owner: &str) -> usize {
        self.loads.get(node).and_then(|load| load.by_owner.get(owner)).copied().unwrap_or_default()
    }

    /// How much of a resource the pods of a node ask for together.
    pub(super) fn used(&self, node: &str, resource: &str) -> i128 {
        self.loads.get(node).and_then(|load| load.used.get(resource)).copied().unwrap_or_default()
    }

    /// The pods that keep others away, with their nodes.
    pub(super) fn hostile(&self) -> impl Iterator<Item = (&Node, &Placed)> {
        self.hostile.iter().filter_map(|key| {
            let node = self.places.get(key)?;
            Some((self.nodes.get(node)?, self.loads.get(node)?.pods.get(key)?))
        })
    }
}

fn key(object: &Object) -> PodKey {
    (object.namespace().unwrap_or_default().into(), object.name().into())
}

impl Placed {
    /// A pod as others see it.
    pub(super) fn read(object: &Object, spec: &Value) -> Self {
        let namespace = object.namespace().unwrap_or_default();
        Placed {
            namespace: namespace.into(),
            labels: object.meta().labels.clone(),
            owner: object.meta().controller().map(|owner| owner.uid.clone()),
            requests: requested(spec),
            ports: host_ports(spec),
            avoids: required_anti_affinity(spec, namespace),
        }
    }
}

fn host_ports(spec: &Value) -> BTreeSet<(String, i64)> {
    let containers = spec["containers"].as_array().into_iter().flatten();
    let ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    let port = |port: &Value| {
        let number = port["hostPort"].as_i64().filter(|number| *number != 0)?;
        Some((port["protocol"].as_str().unwrap_or("TCP").to_owned(), number))
    };
    ports.filter_map(port).collect()
}
