//! Nodes: a new one takes no pods until its conditions say that it is ready.

use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about nodes.
pub const HOOKS: Hooks = Hooks { create: |node, _| taint(node), ..PLAIN };

fn taint(node: &mut Value) {
    let spec = read::at_mut(node, "spec");
    let mut taints = read::list(spec, "taints").to_vec();
    let not_ready = json!({"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"});
    let is_there =
        |taint: &Value| taint.get("key") == not_ready.get("key") && taint.get("effect") == not_ready.get("effect");
    if !taints.iter().any(is_there) {
        taints.push(not_ready);
    }
    read::set(spec, "taints", taints);
}
