//! The resources of an application with everything that they own.

use crate::information::information;
use crate::node::{TreeNode, node_id};
use api::{Application, HealthStatusCode, ResourceStatus};
use health::{NoOverrides, assess};
use object::{Gvk, Key, Object};
use std::collections::{BTreeMap, VecDeque};

/// So many resources are looked at; that there are more is told.
pub const NODES_MAX: usize = 20_000;

/// Where resources are found.
pub struct Resources<'a> {
    /// The live object of a key.
    pub live: &'a dyn Fn(&Key) -> Option<Object>,
    /// What names the object with a uid as its owner.
    pub owned: &'a dyn Fn(&str) -> Vec<Object>,
}

/// The resources of an application with everything that they own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceTree {
    /// Every node by its id.
    pub nodes: BTreeMap<String, TreeNode>,
    /// What the application declares, in order.
    pub roots: Vec<String>,
    /// What each node owns, in order.
    pub children: BTreeMap<String, Vec<String>>,
    /// How many resources were not looked at, for there are too many.
    pub left_out: usize,
}

impl ResourceTree {
    /// The tree of an application. What owns itself, by however many steps, stands where it is met first.
    #[must_use]
    pub fn of(application: &Application, resources: &Resources<'_>) -> Self {
        let mut tree = ResourceTree::default();
        let mut left: VecDeque<(String, Vec<Object>)> = VecDeque::new();
        for declared in &application.status.resources {
            if tree.nodes.len() >= NODES_MAX {
                tree.left_out += 1;
                continue;
            }
            let namespace = Some(declared.namespace.as_str()).filter(|own| !own.is_empty());
            let key = Key::new(&declared.group, &declared.kind, namespace, &declared.name);
            let live = (resources.live)(&key);
            let id = node_id(&key);
            if tree.nodes.insert(id.clone(), declared_node(&id, declared, live.as_ref())).is_none() {
                tree.roots.push(id.clone());
            }
            if let Some(live) = live {
                left.push_back((id, (resources.owned)(&live.meta().uid)));
            }
        }
        while let Some((parent, owned)) = left.pop_front() {
            for object in owned {
                let id = node_id(&object.key());
                if tree.nodes.contains_key(&id) {
                    continue;
                }
                if tree.nodes.len() >= NODES_MAX {
                    tree.left_out += 1;
                    continue;
                }
                tree.nodes.insert(id.clone(), owned_node(&id, &parent, &object));
                tree.children.entry(parent.clone()).or_default().push(id.clone());
                left.push_back((id, (resources.owned)(&object.meta().uid)));
            }
        }
        tree.sort();
        tree
    }

    /// What a node owns.
    #[must_use]
    pub fn children_of(&self, id: &str) -> &[String] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    /// All nodes in the order in which they are drawn: each before what it owns.
    #[must_use]
    pub fn in_order(&self) -> Vec<&TreeNode> {
        let mut left: Vec<&String> = self.roots.iter().rev().collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(id) = left.pop() {
            order.extend(self.nodes.get(id));
            left.extend(self.children_of(id).iter().rev());
        }
        order
    }

    /// By kind and name; versions the newest first.
    fn sort(&mut self) {
        let nodes = &self.nodes;
        let place = |id: &String| {
            let node = &nodes[id];
            let revision = std::cmp::Reverse(node.revision.unwrap_or_default());
            (rank(&node.gvk.kind), node.gvk.kind.clone(), revision, node.name.clone(), id.clone())
        };
        self.roots.sort_by_cached_key(place);
        for children in self.children.values_mut() {
            children.sort_by_cached_key(place);
        }
    }
}

/// What runs stands before what it needs.
fn rank(kind: &str) -> u8 {
    match kind {
        "Rollout" | "Deployment" | "StatefulSet" | "DaemonSet" => 0,
        "Job" | "CronJob" | "ReplicaSet" | "Pod" => 1,
        "Ingress" | "Service" | "HTTPRoute" => 2,
        "ConfigMap" | "Secret" => 4,
        _ => 3,
    }
}

fn declared_node(id: &str, declared: &ResourceStatus, live: Option<&Object>) -> TreeNode {
    let gvk = Gvk::new(&declared.group, &declared.version, &declared.kind);
    let told = live.map(information).unwrap_or_default();
    let own = declared.health.as_ref();
    let seen = live.and_then(judged);
    let status = own.and_then(|own| own.status).or(seen.as_ref().map(|own| own.0));
    TreeNode {
        id: id.to_owned(),
        gvk,
        namespace: declared.namespace.clone(),
        name: declared.name.clone(),
        uid: live.map(|live| live.meta().uid.to_string()).unwrap_or_default(),
        parent: None,
        health: status,
        message: own.map(|own| own.message.clone()).or(seen.map(|own| own.1)).unwrap_or_default(),
        sync: declared.status,
        information: told.words,
        revision: None,
        is_finished: false,
        is_hook: declared.hook,
        needs_pruning: declared.requires_pruning,
        is_live: live.is_some(),
        created: live.and_then(|live| live.meta().creation_timestamp),
        images: told.images,
    }
}

fn owned_node(id: &str, parent: &str, object: &Object) -> TreeNode {
    let told = information(object);
    let health = judged(object);
    TreeNode {
        id: id.to_owned(),
        gvk: object.gvk().clone(),
        namespace: object.namespace().unwrap_or_default().to_owned(),
        name: object.name().to_owned(),
        uid: object.meta().uid.to_string(),
        parent: Some(parent.to_owned()),
        health: health.as_ref().map(|own| own.0),
        message: health.map(|own| own.1).unwrap_or_default(),
        sync: None,
        information: told.words,
        revision: told.revision,
        is_finished: told.is_finished,
        is_hook: false,
        needs_pruning: false,
        is_live: true,
        created: object.meta().creation_timestamp,
        images: told.images,
    }
}

fn judged(object: &Object) -> Option<(HealthStatusCode, String)> {
    let health = assess(object, &NoOverrides).unwrap_or_else(|error| Some(error.health()))?;
    Some((health.status, health.message))
}
