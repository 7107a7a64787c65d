//! Work grows with what changes, not with what is there.

use crate::world::{World, deployment, settle, status};
use apiserver::{WatchFrom, resources};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn each_of_many_deployments_costs_a_few_writes() {
    let world = World::begin();
    settle().await;
    let before = world.api.revision();
    for number in 0..300 {
        world.create(deployment(&format!("d-{number}"), 0)).await;
    }
    settle().await;
    let writes = world.api.revision() - before;
    // The Deployment, its ReplicaSet, and a status of each.
    assert_eq!(writes, 300 * 4);
    let mut watch = world.api.watch_all(WatchFrom::Now);
    world.api.scale(&resources::DEPLOYMENTS, "default", "d-7", 1).await.expect("scaled");
    settle().await;
    assert_eq!(status(&world.deployment("d-7"))["availableReplicas"], 1);
    let mut touched = std::collections::BTreeSet::new();
    while let Ok(Some(event)) = watch.try_next() {
        if event.resource == resources::DEPLOYMENTS {
            touched.insert(event.object.name().to_owned());
        }
    }
    assert_eq!(touched.into_iter().collect::<Vec<_>>(), ["d-7"]);
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_controller_takes_up_what_nobody_manages() {
    let world = World::begin();
    world.create(deployment("d", 2)).await;
    settle().await;
    let orphan = apiserver::DeleteOptions {
        propagation: Some(apiserver::Propagation::Orphan),
        ..apiserver::DeleteOptions::default()
    };
    world.api.delete(&resources::DEPLOYMENTS, "default", "d", orphan).await.expect("deleted");
    settle().await;
    let sets = world.api.list(&resources::REPLICA_SETS, "default").items;
    assert!(sets.iter().all(|set| set.meta().controller().is_none()));
    let mut again = deployment("d", 2);
    again["metadata"]["annotations"] = json!({"second": "life"});
    let made = world.create(again).await;
    settle().await;
    let sets = world.api.list(&resources::REPLICA_SETS, "default").items;
    let owners: Vec<_> = sets.iter().filter_map(|set| set.meta().controller()).map(|owner| &owner.uid).collect();
    assert_eq!(owners, [&made.meta().uid], "the one ReplicaSet is taken up, no other is made");
    assert_eq!(status(&world.deployment("d"))["availableReplicas"], 2);
    world.workloads.stop().await;
}
