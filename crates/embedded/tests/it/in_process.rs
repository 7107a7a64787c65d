//! kube-rs on the cluster in the same process.

use embedded::Cluster;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use serde_json::json;

use futures::{StreamExt, TryStreamExt};

async fn client() -> (Cluster, kube::Client) {
    let cluster = Cluster::builder().start().await.expect("a cluster");
    let client = kube::Client::new(cluster.service(), "default");
    (cluster, client)
}

#[tokio::test(start_paused = true)]
async fn objects_are_made_read_changed_and_deleted() {
    let (cluster, client) = client().await;
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let map: ConfigMap = serde_json::from_value(json!({"metadata": {"name": "m"}, "data": {"a": "1"}})).expect("a map");
    let made = maps.create(&PostParams::default(), &map).await.expect("created");
    assert!(made.metadata.uid.is_some());
    let patch = json!({"data": {"a": "2"}});
    let changed = maps.patch("m", &PatchParams::default(), &Patch::Merge(patch)).await.expect("patched");
    assert_eq!(changed.data.as_ref().and_then(|data| data.get("a")).map(String::as_str), Some("2"));
    maps.delete("m", &DeleteParams::default()).await.expect("deleted");
    assert!(maps.get_opt("m").await.expect("an answer").is_none());
    cluster.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_tells_what_happens() {
    let (cluster, client) = client().await;
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let version = pods.list(&ListParams::default()).await.expect("a list").metadata.resource_version;
    let watch = pods.watch(&WatchParams::default(), &version.unwrap_or_default()).await.expect("a watch");
    let deployments: Api<Deployment> = Api::default_namespaced(client);
    let deployment = serde_json::from_value(json!({
        "metadata": {"name": "d"},
        "spec": {
            "selector": {"matchLabels": {"app": "d"}},
            "template": {
                "metadata": {"labels": {"app": "d"}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    }));
    let deployment = deployment.expect("a deployment");
    deployments.create(&PostParams::default(), &deployment).await.expect("created");
    let mut watch = watch.boxed();
    let mut phases = Vec::new();
    while let Some(event) = watch.try_next().await.expect("an event") {
        if let WatchEvent::Added(pod) | WatchEvent::Modified(pod) = event {
            let phase = pod.status.and_then(|status| status.phase).unwrap_or_default();
            phases.push(phase.clone());
            if phase == "Running" {
                break;
            }
        }
    }
    assert_eq!(phases, ["Pending", "Pending", "Running"]);
    cluster.stop().await;
}
