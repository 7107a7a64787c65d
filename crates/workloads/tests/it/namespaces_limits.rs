//! What namespaces may hold: quotas, and claims that stay while they are used.

use crate::world::{World, deployment, pod, settle, status};
use apiserver::{DeleteOptions, GroupResource, resources};
use serde_json::{Value, json};

const QUOTAS: GroupResource = GroupResource::new("", "resourcequotas");
const CLAIMS: GroupResource = GroupResource::new("", "persistentvolumeclaims");
const VOLUMES: GroupResource = GroupResource::new("", "persistentvolumes");

fn quota(hard: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard}})
}

#[tokio::test(start_paused = true)]
async fn nothing_is_created_beyond_a_quota() {
    let world = World::begin();
    settle().await;
    world.create(quota(json!({"pods": "2", "count/deployments.apps": "1"}))).await;
    world.create(deployment("d", 3)).await;
    settle().await;
    assert_eq!(world.pods().len(), 2);
    let used = world.api.get(&QUOTAS, "default", "q").map(|quota| status(&quota)["used"].clone());
    assert_eq!(used, Some(json!({"pods": "2", "count/deployments.apps": "1"})));
    let refused = world.api.create(&resources::DEPLOYMENTS, "default", deployment("e", 0)).await;
    assert_eq!(
        refused.expect_err("refused").message(),
        "deployments.apps \"e\" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: \
         count/deployments.apps=1, limited: count/deployments.apps=1"
    );
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_compute_asks_pods_to_say_what_they_need() {
    let world = World::begin();
    settle().await;
    world.create(quota(json!({"requests.cpu": "1"}))).await;
    let refused = world.api.create(&resources::PODS, "default", pod("silent", |_| ())).await;
    let message = "pods \"silent\" is forbidden: failed quota: q: must specify requests.cpu for: c";
    assert_eq!(refused.expect_err("refused").message(), message);
    let asking = |name: &str, cpu: &str| {
        let cpu = cpu.to_owned();
        pod(name, move |pod| pod["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": cpu}}))
    };
    world.create(asking("small", "600m")).await;
    let refused = world.api.create(&resources::PODS, "default", asking("large", "500m")).await;
    let message = "pods \"large\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: \
                   requests.cpu=600m, limited: requests.cpu=1";
    assert_eq!(refused.expect_err("refused").message(), message);
    world.workloads.stop().await;
}

fn claim() -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    })
}

fn volume(name: &str, size: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}},
    })
}

#[tokio::test(start_paused = true)]
async fn a_claim_takes_the_smallest_volume_that_fits_and_stays_while_it_is_used() {
    let world = World::begin();
    settle().await;
    for (name, size) in [("large", "10Gi"), ("small", "500Mi"), ("right", "2Gi")] {
        world.api.create(&VOLUMES, "", volume(name, size)).await.expect("created");
    }
    let user = pod("user", |pod| {
        pod["spec"]["volumes"] = json!([{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]);
    });
    world.create(user).await;
    settle().await;
    let phase = |name: &str| world.api.get(&VOLUMES, "", name).and_then(|volume| volume.get("/status/phase"));
    assert_eq!(world.pods()[0].get("/status/phase"), Some(json!("Pending")), "its claim is not there");
    world.create(claim()).await;
    settle().await;
    let bound = world.api.get(&CLAIMS, "default", "data").expect("there");
    assert_eq!(bound.get("/spec/volumeName"), Some(json!("right")));
    assert_eq!((phase("right"), phase("large")), (Some(json!("Bound")), Some(json!("Available"))));
    assert_eq!(world.pods()[0].get("/status/phase"), Some(json!("Running")));
    world.api.delete(&CLAIMS, "default", "data", DeleteOptions::default()).await.expect("deleted");
    settle().await;
    assert!(world.api.get(&CLAIMS, "default", "data").is_some(), "a pod uses it");
    world.api.delete(&resources::PODS, "default", "user", DeleteOptions::default()).await.expect("deleted");
    settle().await;
    assert!(world.api.get(&CLAIMS, "default", "data").is_none());
    assert_eq!(phase("right"), Some(json!("Released")));
    world.workloads.stop().await;
}

/// A limit range says what containers ask for that do not say, and refuses too much.
#[tokio::test(start_paused = true)]
async fn a_limit_range_fills_in_and_refuses() {
    let world = World::begin();
    settle().await;
    let range = json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "r"},
        "spec": {"limits": [
            {"type": "Container", "default": {"cpu": "500m"}, "max": {"cpu": "1"}},
            {"type": "PersistentVolumeClaim", "max": {"storage": "2Gi"}},
        ]},
    });
    world.create(range).await;
    world.create(pod("silent", |_| ())).await;
    let made = world.api.get(&resources::PODS, "default", "silent").expect("there").value();
    let asked = &made["spec"]["containers"][0]["resources"];
    assert_eq!(*asked, json!({"limits": {"cpu": "500m"}, "requests": {"cpu": "500m"}}));
    let told = "LimitRanger plugin set: cpu request for container c; cpu limit for container c";
    assert_eq!(made["metadata"]["annotations"]["kubernetes.io/limit-ranger"], told);
    let large = pod("large", |pod| pod["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "2"}}));
    let refused = world.api.create(&resources::PODS, "default", large).await;
    let message = "pods \"large\" is forbidden: maximum cpu usage per Container is 1, but limit is 2";
    assert_eq!(refused.expect_err("refused").message(), message);
    let mut huge = claim();
    huge["spec"]["resources"]["requests"]["storage"] = json!("5Gi");
    let refused = world.api.create(&CLAIMS, "default", huge).await.expect_err("refused");
    assert!(refused.message().ends_with("maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi"));
    world.workloads.stop().await;
}
