//! Everything a cluster holds in one file, and clusters that go on from it.

use embedded::{Cluster, Snapshot, StoppedCluster, resources};
use serde_json::{Value, json};
use std::path::Path;

fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

fn definition() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}],
        },
    })
}

async fn fill(cluster: &Cluster) {
    let api = cluster.api("test");
    let definitions = api.resource_of("apiextensions.k8s.io/v1", "CustomResourceDefinition").expect("served");
    api.create(&definitions, "", definition()).await.expect("created");
    let things = api.resource_of("example.com/v1", "Thing").expect("served");
    let thing = json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}});
    api.create(&things, "default", thing).await.expect("created");
    for number in 0..50 {
        api.create(&resources::CONFIG_MAPS, "default", map(&format!("m-{number}"))).await.expect("created");
    }
}

/// The objects a client sees, whole, but for those that controllers write at every start.
fn held(cluster: &Cluster) -> Vec<Value> {
    let all = cluster.api("test").in_namespace("default").into_iter();
    let kept = all.filter(|(resource, _)| ["configmaps", "things"].contains(&&*resource.resource));
    kept.filter(|(_, object)| object.name() != "kube-root-ca.crt").map(|(_, object)| object.value()).collect()
}

fn through_a_file(snapshot: Snapshot) -> Snapshot {
    let mut file = Vec::new();
    snapshot.write(&mut file).expect("written");
    Snapshot::read(&mut &*file).expect("whole")
}

#[tokio::test]
async fn a_cluster_goes_on_from_a_snapshot_of_a_running_one() {
    let first = Cluster::builder().start().await.expect("a cluster");
    fill(&first).await;
    let before = held(&first);
    assert_eq!(before.len(), 51);
    let snapshot = through_a_file(first.snapshot());
    // What comes later is not in it.
    first.api("test").create(&resources::CONFIG_MAPS, "default", map("late")).await.expect("created");
    first.stop().await;
    let second = Cluster::builder().snapshot(snapshot).start().await.expect("a cluster");
    assert_eq!(held(&second), before, "the same uids, revisions and owners");
    assert!(second.api("test").resource_of("example.com/v1", "Thing").is_some(), "its kinds are served");
    second.stop().await;
}

#[tokio::test]
async fn a_stopped_cluster_is_moved_to_another_folder() {
    let (old, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let start = async |folder: &Path| Cluster::builder().data_dir(folder).start().await.expect("a cluster");
    let first = start(old.path()).await;
    fill(&first).await;
    let before = held(&first);
    let refused = StoppedCluster::open(old.path()).expect_err("it runs").to_string();
    assert!(refused.ends_with("is in use by another process; stop that one, or use another directory"), "{refused}");
    first.stop().await;
    let stopped = StoppedCluster::open(old.path()).expect("it does not run");
    // The file may still be closing; opening it waits for that.
    drop(stopped.server(clock::Clock::system()).await.expect("readable"));
    drop(stopped);
    let snapshot = through_a_file(snapshot_of(old.path()).await);
    embedded::restore(&snapshot, new.path()).expect("restored");
    let again = embedded::restore(&snapshot, new.path()).expect_err("occupied").to_string();
    assert!(again.ends_with("state.redb is a cluster's already; name another folder, or remove that file"), "{again}");
    let second = start(new.path()).await;
    assert_eq!(held(&second), before);
    let moved: u64 = second.api("test").revision();
    assert!(moved > snapshot.revision(), "no revision is given out twice");
    second.stop().await;
}

/// Reads the file of a cluster of this process that has ended as soon as that has closed it.
async fn snapshot_of(folder: &Path) -> Snapshot {
    loop {
        let read = StoppedCluster::open(folder).expect("it does not run").snapshot();
        if read.as_ref().is_err_and(|error| error.to_string().contains("in use")) {
            tokio::task::yield_now().await;
            continue;
        }
        return read.expect("a snapshot");
    }
}

#[tokio::test]
async fn a_folder_without_a_cluster_has_nothing_to_tell() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = StoppedCluster::open(folder.path()).expect_err("nothing there").to_string();
    assert!(refused.ends_with("holds no cluster; name the folder of one"), "{refused}");
    assert!(!folder.path().join("lock").exists(), "looking leaves nothing behind");
}
