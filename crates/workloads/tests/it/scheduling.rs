//! Where pods go, and in which words they stay.

use crate::world::{World, pod, settle};
use apiserver::{Patch, resources};
use serde_json::{Value, json};

/// Where a pod went, or why it did not.
async fn placed(world: &World, object: Value) -> String {
    let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
    world.create(object).await;
    settle().await;
    let pod = world.api.get(&resources::PODS, "default", &name).expect("there");
    match pod.get("/spec/nodeName") {
        Some(Value::String(node)) => node,
        _ => pod.get("/status/conditions/0/message").unwrap_or_default().as_str().unwrap_or_default().to_owned(),
    }
}

fn refused(reasons: &str, help: &str) -> String {
    format!(
        "0/2 nodes are available: {reasons}. no new claims to deallocate, preemption: 0/2 nodes are available: {help}."
    )
}

const NEVER: &str = "2 Preemption is not helpful for scheduling";
const FOR_NOW: &str = "2 No preemption victims found for incoming pod";

fn affinity(kind: &str, labels: Value) -> Value {
    let term = json!({"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"});
    json!({kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}})
}

#[tokio::test(start_paused = true)]
async fn nodes_are_chosen_by_what_pods_ask_for() {
    let world = World::begin();
    settle().await;
    let in_zone = |zone: &'static str| {
        move |pod: &mut Value| pod["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": zone})
    };
    assert_eq!(placed(&world, pod("zone", in_zone("zone-1"))).await, "node-1");
    let nowhere = refused("2 node(s) didn't match Pod's node affinity/selector", NEVER);
    assert_eq!(placed(&world, pod("nowhere", in_zone("zone-9"))).await, nowhere);
    let asks = |cpu: &'static str| {
        move |pod: &mut Value| pod["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": cpu}})
    };
    assert_eq!(placed(&world, pod("large", asks("30"))).await, "node-0");
    assert_eq!(placed(&world, pod("other", asks("30"))).await, "node-1");
    assert_eq!(placed(&world, pod("third", asks("30"))).await, refused("2 Insufficient cpu", FOR_NOW));
    assert_eq!(placed(&world, pod("huge", asks("33"))).await, refused("2 Insufficient cpu", NEVER));
    assert_eq!(world.told("FailedScheduling").len(), 3);
    world.api.delete(&resources::PODS, "default", "large", Default::default()).await.expect("deleted");
    settle().await;
    let third = world.api.get(&resources::PODS, "default", "third").expect("there");
    assert_eq!(third.get("/spec/nodeName"), Some(json!("node-0")), "it takes the place that became free");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn pods_seek_and_shun_company() {
    let world = World::begin();
    settle().await;
    let shuns = |pod: &mut Value| {
        pod["metadata"]["labels"] = json!({"app": "alone"});
        pod["spec"]["affinity"] = affinity("podAntiAffinity", json!({"app": "alone"}));
    };
    assert_eq!(placed(&world, pod("a", shuns)).await, "node-0");
    assert_eq!(placed(&world, pod("b", shuns)).await, "node-1");
    let full = refused("2 node(s) didn't match pod anti-affinity rules", FOR_NOW);
    assert_eq!(placed(&world, pod("c", shuns)).await, full);
    let seeks = |pod: &mut Value| {
        pod["metadata"]["labels"] = json!({"app": "together"});
        pod["spec"]["affinity"] = affinity("podAffinity", json!({"app": "together"}));
    };
    let first = placed(&world, pod("x", seeks)).await;
    assert_eq!(placed(&world, pod("y", seeks)).await, first);
    assert_eq!(placed(&world, pod("z", seeks)).await, first);
    let lonely = |pod: &mut Value| pod["spec"]["affinity"] = affinity("podAffinity", json!({"app": "nobody"}));
    let unmet = refused("2 node(s) didn't match pod affinity rules", NEVER);
    assert_eq!(placed(&world, pod("lonely", lonely)).await, unmet);
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn taints_keep_pods_away_unless_tolerated() {
    let world = World::begin();
    settle().await;
    for (node, patch) in [
        ("node-0", json!({"spec": {"taints": [{"key": "only", "value": "batch", "effect": "NoSchedule"}]}})),
        ("node-1", json!({"spec": {"unschedulable": true}})),
    ] {
        world.api.patch(&resources::NODES, "", node, Patch::Merge(patch)).await.expect("patched");
    }
    let kept = refused("1 node(s) had untolerated taint(s), 1 node(s) were unschedulable", NEVER);
    assert_eq!(placed(&world, pod("plain", |_| ())).await, kept);
    let tolerates = |pod: &mut Value| {
        pod["spec"]["tolerations"] = json!([{"key": "only", "value": "batch", "effect": "NoSchedule"}]);
    };
    assert_eq!(placed(&world, pod("batch", tolerates)).await, "node-0");
    world.workloads.stop().await;
}
