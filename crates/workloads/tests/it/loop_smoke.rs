//! What a user asks for comes up, changes and goes.

use crate::world::{World, deployment, settle, status};
use apiserver::{Object, Patch, resources};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_deployment_comes_up() {
    let world = World::begin();
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
