//! The same seed gives the same cluster; an idle one does nothing.

use crate::world::{World, deployment, settle};
use apiserver::{Patch, WatchFrom, resources};
use serde_json::json;
use std::time::Duration;

/// Everything that happens while a Deployment comes, changes and goes.
async fn trace(seed: u64) -> Vec<String> {
    let world = World::seeded(seed);
    let mut watch = world.api.watch_all(WatchFrom::Now);
    world.create(deployment("d", 3)).await;
    settle().await;
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}}});
    world.api.patch(&resources::DEPLOYMENTS, "default", "d", Patch::Merge(image)).await.expect("patched");
    settle().await;
    world.api.delete(&resources::DEPLOYMENTS, "default", "d", Default::default()).await.expect("deleted");
    settle().await;
    let mut lines = Vec::new();
    while let Ok(Some(event)) = watch.try_next() {
        lines.push(format!("{:?} {}", event.kind, String::from_utf8_lossy(event.object.raw())));
    }
    world.workloads.stop().await;
    lines
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_trace() {
    let first = trace(7).await;
    assert!(first.len() > 50, "{} changes", first.len());
    for _ in 0..20 {
        assert_eq!(trace(7).await, first);
    }
    assert_ne!(trace(8).await, first);
}

#[tokio::test(start_paused = true)]
async fn an_idle_cluster_does_nothing() {
    let world = World::begin();
    world.create(deployment("d", 3)).await;
    settle().await;
    let revision = world.api.revision();
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    assert_eq!(world.api.revision(), revision, "nothing is written in a day");
    world.workloads.stop().await;
}
