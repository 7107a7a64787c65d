//! DaemonSets as <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/> describes them.

use crate::world::{World, settle};
use apiserver::{GroupResource, Object, Patch, resources};
use serde_json::{Value, json};

const DAEMON_SETS: GroupResource = GroupResource::new("apps", "daemonsets");

fn agent(edit: impl FnOnce(&mut Value)) -> Value {
    let mut set = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{"name": "c", "image": "agent:1"}]},
            },
        },
    });
    edit(&mut set);
    set
}

/// Nodes with a pod and its image.
fn placed(world: &World) -> Vec<String> {
    let text = |pod: &Object, pointer: &str| {
        pod.get(pointer).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let one = |pod: &Object| format!("{} {}", text(pod, "/spec/nodeName"), text(pod, "/spec/containers/0/image"));
    let mut placed: Vec<String> = world.pods().iter().map(one).collect();
    placed.sort();
    placed
}

async fn node(world: &World, change: Value) {
    world.api.patch(&resources::NODES, "", "node-1", Patch::Merge(change)).await.expect("patched");
}

#[tokio::test(start_paused = true)]
async fn each_node_gets_one_pod_even_when_cordoned() {
    let world = World::begin();
    settle().await;
    node(&world, json!({"spec": {"unschedulable": true}})).await;
    world.create(agent(|_| ())).await;
    settle().await;
    assert_eq!(placed(&world), ["node-0 agent:1", "node-1 agent:1"]);
    let status = world.api.get(&DAEMON_SETS, "default", "agent").expect("there").get("/status").unwrap_or_default();
    let counts = ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "numberAvailable"];
    assert!(counts.iter().all(|count| status[count] == 2), "{status}");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_node_that_comes_to_match_gets_one_and_loses_it_again() {
    let world = World::begin();
    settle().await;
    world.create(agent(|set| set["spec"]["template"]["spec"]["nodeSelector"] = json!({"disk": "ssd"}))).await;
    settle().await;
    assert_eq!(placed(&world), Vec::<String>::new());
    node(&world, json!({"metadata": {"labels": {"disk": "ssd"}}})).await;
    settle().await;
    assert_eq!(placed(&world), ["node-1 agent:1"]);
    node(&world, json!({"metadata": {"labels": {"disk": "hdd"}}})).await;
    settle().await;
    assert_eq!(placed(&world), Vec::<String>::new());
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_update_replaces_all_pods_or_none() {
    for (strategy, expected) in [("RollingUpdate", "agent:2"), ("OnDelete", "agent:1")] {
        let world = World::begin();
        settle().await;
        world.create(agent(|set| set["spec"]["updateStrategy"] = json!({"type": strategy}))).await;
        settle().await;
        let change = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "agent:2"}]}}}});
        world.api.patch(&DAEMON_SETS, "default", "agent", Patch::Merge(change)).await.expect("patched");
        settle().await;
        assert_eq!(placed(&world), [format!("node-0 {expected}"), format!("node-1 {expected}")], "{strategy}");
        world.workloads.stop().await;
    }
}
