//! The whole loop: what a user asks for comes up, changes and goes.

use apiserver::{Api, ApiServer, Object, Patch, resources};
use clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;
use workloads::{Options, Workloads};

pub struct World {
    pub api: Api,
    pub workloads: Workloads,
}

pub fn world() -> World {
    let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
    let server = ApiServer::in_memory(clock);
    let workloads = Workloads::start(&server.api("unused"), Options::default());
    World { api: server.api("test"), workloads }
}

pub fn deployment(name: &str, replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    })
}

pub fn status(object: &Object) -> Value {
    object.get("/status").unwrap_or_default()
}

pub async fn settle() {
    tokio::time::sleep(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_deployment_comes_up() {
    let world = world();
    world.api.create(&resources::DEPLOYMENTS, "default", deployment("d", 2)).await.expect("created");
    settle().await;
    let made = world.api.get(&resources::DEPLOYMENTS, "default", "d").expect("there");
    assert_eq!(status(&made)["availableReplicas"], 2, "{}", status(&made));
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}}});
    world.api.patch(&resources::DEPLOYMENTS, "default", "d", Patch::Merge(patch)).await.expect("patched");
    settle().await;
    let made = world.api.get(&resources::DEPLOYMENTS, "default", "d").expect("there");
    assert_eq!(status(&made)["availableReplicas"], 2, "{}", status(&made));
    assert_eq!(status(&made)["conditions"][1]["reason"], "NewReplicaSetAvailable", "{}", status(&made));
    let sets = world.api.list(&resources::REPLICA_SETS, "default").items;
    let names: Vec<_> = sets.iter().map(Object::name).collect();
    assert_eq!(names, ["d-76b46755f4", "d-7fb4c554f7"]);
    world.api.delete(&resources::DEPLOYMENTS, "default", "d", Default::default()).await.expect("deleted");
    settle().await;
    assert!(world.api.list(&resources::PODS, "default").items.is_empty());
    world.workloads.stop().await;
}
