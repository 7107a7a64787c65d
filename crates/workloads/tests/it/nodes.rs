//! Nodes that are lost, not well, cordoned and taken out.

use crate::world::{World, deployment, settle};
use apiserver::{DeleteOptions, Object, Patch, resources};
use serde_json::{Value, json};
use std::time::Duration;

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

impl World {
    async fn change_node(&self, name: &str, change: Value) {
        self.api.patch(&resources::NODES, "", name, Patch::Merge(change)).await.expect("changed");
    }

    async fn state(&self, name: &str, state: Value) {
        self.change_node(name, json!({"metadata": {"annotations": {"sim.capstan.dev/state": state}}})).await;
    }

    /// The pods of a node: so many, so many of them ready, and so many of them ending.
    fn on(&self, node: &str) -> (usize, usize, usize) {
        let pods = self.pods();
        let there: Vec<&Object> =
            pods.iter().filter(|pod| pod.get("/spec/nodeName").is_some_and(|own| own == node)).collect();
        let is_ready = |pod: &&&Object| {
            let conditions = pod.get("/status/conditions").unwrap_or_default();
            let mut all = conditions.as_array().into_iter().flatten();
            all.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
        };
        let ending = there.iter().filter(|pod| pod.meta().is_terminating()).count();
        (there.len(), there.iter().filter(is_ready).count(), ending)
    }

    fn taints(&self, node: &str) -> Vec<String> {
        let taints =
            self.api.get(&resources::NODES, "", node).and_then(|node| node.get("/spec/taints")).unwrap_or_default();
        let text = |taint: &Value| {
            format!("{}:{}", taint["key"].as_str().unwrap_or_default(), taint["effect"].as_str().unwrap_or_default())
        };
        taints.as_array().into_iter().flatten().map(text).collect()
    }
}

/// After five minutes, as every pod tolerates it, its pods are made elsewhere; they end when the node comes back.
#[tokio::test(start_paused = true)]
async fn the_pods_of_a_lost_node_are_made_elsewhere_after_five_minutes() {
    let world = World::begin();
    settle().await;
    world.create(deployment("web", 4)).await;
    settle().await;
    assert_eq!((world.on("node-0"), world.on("node-1")), ((2, 2, 0), (2, 2, 0)));
    world.state("node-0", json!("lost")).await;
    settle().await;
    assert_eq!(
        world.taints("node-0"),
        ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"]
    );
    assert_eq!(world.on("node-0"), (2, 0, 0), "they are no longer ready, and not yet driven out");
    wait(280).await;
    assert_eq!(world.on("node-1"), (2, 2, 0));
    wait(30).await;
    assert_eq!(world.on("node-0"), (2, 0, 2), "nobody there ends them");
    assert_eq!(world.on("node-1"), (4, 4, 0));
    assert!(world.told("TaintManagerEviction")[0].starts_with("Marking for deletion Pod default/web-"));
    world.state("node-0", Value::Null).await;
    wait(60).await;
    assert_eq!((world.on("node-0"), world.taints("node-0")), ((0, 0, 0), Vec::<String>::new()));
    world.workloads.stop().await;
}

/// A node that is well again before that keeps its pods.
#[tokio::test(start_paused = true)]
async fn a_node_that_was_not_well_for_a_while_keeps_its_pods() {
    let world = World::begin();
    settle().await;
    world.create(deployment("web", 4)).await;
    settle().await;
    world.state("node-0", json!("not-ready")).await;
    wait(100).await;
    assert_eq!(world.on("node-0"), (2, 0, 0));
    world.state("node-0", Value::Null).await;
    wait(300).await;
    assert_eq!((world.on("node-0"), world.on("node-1")), ((2, 2, 0), (2, 2, 0)));
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn pods_go_with_a_node_that_goes_and_none_come_to_a_cordoned_one() {
    let world = World::begin();
    settle().await;
    world.create(deployment("web", 4)).await;
    settle().await;
    world.change_node("node-1", json!({"spec": {"unschedulable": true}})).await;
    settle().await;
    assert_eq!(world.taints("node-1"), ["node.kubernetes.io/unschedulable:NoSchedule"]);
    assert_eq!(world.on("node-1"), (2, 2, 0), "who is there stays");
    world.api.delete(&resources::NODES, "", "node-0", DeleteOptions::default()).await.expect("deleted");
    settle().await;
    assert_eq!((world.on("node-0"), world.on("node-1")), ((0, 0, 0), (2, 2, 0)));
    assert_eq!(world.pods().len(), 4, "two wait for a node");
    world.change_node("node-1", json!({"spec": {"unschedulable": null}})).await;
    settle().await;
    assert_eq!(world.on("node-1"), (4, 4, 0));
    world.workloads.stop().await;
}

/// A taint of one's own drives out at once whom nothing lets stay.
#[tokio::test(start_paused = true)]
async fn a_taint_drives_out_whom_nothing_lets_stay() {
    let world = World::begin();
    settle().await;
    let mut patient = deployment("patient", 2);
    patient["spec"]["template"]["spec"]["tolerations"] =
        json!([{"key": "repair", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}]);
    patient["spec"]["template"]["spec"]["nodeName"] = json!("node-0");
    world.create(patient).await;
    world.create(deployment("web", 2)).await;
    settle().await;
    let before = world.on("node-0").0;
    world.change_node("node-0", json!({"spec": {"taints": [{"key": "repair", "effect": "NoExecute"}]}})).await;
    settle().await;
    assert!(before > 2);
    assert_eq!(world.on("node-0"), (2, 2, 0));
    world.workloads.stop().await;
}
