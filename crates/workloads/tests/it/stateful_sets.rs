//! StatefulSets as <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/> describes them.

use crate::world::{World, settle};
use apiserver::{GroupResource, Patch};
use serde_json::{Value, json};
use std::time::Duration;

const STATEFUL_SETS: GroupResource = GroupResource::new("apps", "statefulsets");

fn web(replicas: i64, edit: impl FnOnce(&mut Value)) -> Value {
    let mut set = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas, "serviceName": "web", "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}, "annotations": {"sim.capstan.dev/start": "1s"}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    });
    edit(&mut set);
    set
}

/// Names of the pods with their images.
fn pods(world: &World) -> Vec<String> {
    let image = |pod: &apiserver::Object| pod.get("/spec/containers/0/image").unwrap_or_default();
    world.pods().iter().map(|pod| format!("{} {}", pod.name(), image(pod).as_str().unwrap_or_default())).collect()
}

async fn change(world: &World, change: Value) {
    world.api.patch(&STATEFUL_SETS, "default", "web", Patch::Merge(change)).await.expect("patched");
}

fn image(image: &str) -> Value {
    json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}})
}

#[tokio::test(start_paused = true)]
async fn pods_come_one_after_the_other_and_go_from_the_top() {
    let world = World::begin();
    settle().await;
    world.create(web(3, |_| ())).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(pods(&world), ["web-0 nginx:1"], "web-1 waits until web-0 is ready");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(pods(&world), ["web-0 nginx:1", "web-1 nginx:1", "web-2 nginx:1"]);
    let hostname = world.pods()[1].get("/spec/hostname").unwrap_or_default();
    assert_eq!((hostname, world.pods()[1].get("/spec/subdomain").unwrap_or_default()), (json!("web-1"), json!("web")));
    change(&world, json!({"spec": {"replicas": 1}})).await;
    settle().await;
    assert_eq!(pods(&world), ["web-0 nginx:1"]);
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_update_stops_at_the_partition() {
    let world = World::begin();
    settle().await;
    world.create(web(3, |set| set["spec"]["updateStrategy"] = json!({"rollingUpdate": {"partition": 2}}))).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    change(&world, image("nginx:2")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(pods(&world), ["web-0 nginx:1", "web-1 nginx:1", "web-2 nginx:2"]);
    let status = world.api.get(&STATEFUL_SETS, "default", "web").expect("there").get("/status").unwrap_or_default();
    assert_eq!((&status["updatedReplicas"], &status["currentReplicas"]), (&json!(1), &json!(2)));
    assert_ne!(status["currentRevision"], status["updateRevision"]);
    change(&world, json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}})).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(pods(&world), ["web-0 nginx:2", "web-1 nginx:2", "web-2 nginx:2"]);
    let status = world.api.get(&STATEFUL_SETS, "default", "web").expect("there").get("/status").unwrap_or_default();
    assert_eq!(status["currentRevision"], status["updateRevision"]);
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_deleted_pod_comes_back_with_its_claim() {
    let world = World::begin();
    settle().await;
    let claim = json!({
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "fast",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    });
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "fast"},
        "provisioner": "example.com/fast",
    });
    let classes = GroupResource::new("storage.k8s.io", "storageclasses");
    world.api.create(&classes, "", class).await.expect("created");
    world.create(web(1, |set| set["spec"]["volumeClaimTemplates"] = json!([claim]))).await;
    settle().await;
    let claims = GroupResource::new("", "persistentvolumeclaims");
    let claim = || world.api.get(&claims, "default", "data-web-0").expect("there");
    let before = claim().meta().uid.clone();
    assert_eq!(claim().get("/status/phase"), Some(json!("Bound")));
    let pod = world.pods()[0].meta().uid.clone();
    let now = apiserver::DeleteOptions { grace_period_seconds: Some(0), ..apiserver::DeleteOptions::default() };
    world.api.delete(&apiserver::resources::PODS, "default", "web-0", now).await.expect("deleted");
    settle().await;
    assert_eq!(pods(&world), ["web-0 nginx:1"]);
    assert_ne!(world.pods()[0].meta().uid, pod);
    assert_eq!(claim().meta().uid, before);
    world.workloads.stop().await;
}

fn claim_names(world: &World) -> Vec<String> {
    let claims = GroupResource::new("", "persistentvolumeclaims");
    world.api.list(&claims, "default").items.iter().map(|claim| claim.name().to_owned()).collect()
}

/// Source: the manual of StatefulSets, "PersistentVolumeClaim retention".
#[tokio::test(start_paused = true)]
async fn claims_go_or_stay_as_the_retention_policy_says() {
    for (when_scaled, when_deleted, after_scale, after_deletion) in
        [("Retain", "Retain", 3, 3), ("Delete", "Retain", 1, 1), ("Retain", "Delete", 3, 0), ("Delete", "Delete", 1, 0)]
    {
        let world = World::begin();
        settle().await;
        let claim = json!({
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        });
        world
            .create(web(3, |set| {
                set["spec"]["volumeClaimTemplates"] = json!([claim]);
                set["spec"]["podManagementPolicy"] = json!("Parallel");
                set["spec"]["persistentVolumeClaimRetentionPolicy"] =
                    json!({"whenScaled": when_scaled, "whenDeleted": when_deleted});
            }))
            .await;
        settle().await;
        let class = json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {
                "name": "usual", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": "example.com/usual",
        });
        world.api.create(&GroupResource::new("storage.k8s.io", "storageclasses"), "", class).await.expect("created");
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(claim_names(&world).len(), 3);
        change(&world, json!({"spec": {"replicas": 1}})).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let policy = format!("whenScaled {when_scaled}, whenDeleted {when_deleted}");
        assert_eq!(claim_names(&world).len(), after_scale, "{policy}: scaled");
        world.api.delete(&STATEFUL_SETS, "default", "web", apiserver::DeleteOptions::default()).await.expect("deleted");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(claim_names(&world).len(), after_deletion, "{policy}: deleted");
        world.workloads.stop().await;
    }
}
