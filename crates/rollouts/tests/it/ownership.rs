//! Whose ReplicaSets and Services are: adoption, release, names that are taken, hands that meddle.

use crate::stage::{Stage, rollout, service, text};
use serde_json::{Value, json};

async fn sets(stage: &Stage) -> Vec<Value> {
    stage.list("apps/v1", "ReplicaSet").await
}

#[tokio::test(start_paused = true)]
async fn pods_outlive_a_rollout_that_is_orphaned_and_made_anew() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 2, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    let before = sets(&stage).await;
    let target = cluster::Target::new(object::Gvk::new("argoproj.io", "v1alpha1", "Rollout"), Some("shop"), "web");
    let deletion = cluster::Change::Delete(cluster::Propagation::Orphan);
    stage.client.write(&cluster::Write::new(target, deletion)).await.expect("a deletion");
    let is_orphan = || async { sets(&stage).await[0]["metadata"].get("ownerReferences").is_none() };
    stage.eventually("the ReplicaSet is nobody's", is_orphan).await;
    stage.create(rollout("web", 2, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    let after = sets(&stage).await;
    assert_eq!(after.len(), 1);
    assert_eq!(text(&after[0], "/metadata/uid"), text(&before[0], "/metadata/uid"));
    assert_eq!(text(&after[0], "/metadata/ownerReferences/0/kind"), "Rollout");
}

#[tokio::test(start_paused = true)]
async fn a_replica_set_that_is_no_longer_selected_is_let_go() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 2, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    let name = text(&sets(&stage).await[0], "/metadata/name").to_owned();
    let labels = json!({"metadata": {"labels": {"app": "other"}}});
    stage.patch("apps/v1", "ReplicaSet", &name, cluster::Part::Whole, labels).await;
    let is_free = || async {
        let set = stage.get("apps/v1", "ReplicaSet", &name).await.expect("it stays");
        set["metadata"].get("ownerReferences").is_none_or(|owners| *owners == json!([]))
    };
    stage.eventually("it is nobody's", is_free).await;
    stage.until("web", "with another one", |rollout| rollout["status"]["collisionCount"] == 1).await;
    stage.until_phase("web", "Healthy").await;
    assert_eq!(sets(&stage).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_or_scaled_by_hand_is_made_good() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 2, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    let name = text(&sets(&stage).await[0], "/metadata/name").to_owned();
    stage.patch("apps/v1", "ReplicaSet", &name, cluster::Part::Whole, json!({"spec": {"replicas": 5}})).await;
    let is_scaled = || async { sets(&stage).await[0]["spec"]["replicas"] == 2 };
    stage.eventually("two pods are asked for", is_scaled).await;
    stage.delete("apps/v1", "ReplicaSet", &name).await;
    let is_back = || async {
        let sets = sets(&stage).await;
        sets.iter()
            .any(|set| set["metadata"].get("deletionTimestamp").is_none() && set["status"]["availableReplicas"] == 2)
    };
    stage.eventually("another one takes its place", is_back).await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_service_switched_by_hand_is_switched_back_and_one_left_is_freed() {
    let stage = Stage::start().await;
    for name in ["active", "other"] {
        stage.create(service(name, "web")).await;
    }
    stage.create(rollout("web", 1, json!({"blueGreen": {"activeService": "active"}}))).await;
    stage.until_phase("web", "Healthy").await;
    let selector = |name: &'static str| {
        let stage = &stage;
        async move {
            let service = stage.get("v1", "Service", name).await.expect("a Service");
            text(&service, "/spec/selector/rollouts-pod-template-hash").to_owned()
        }
    };
    let hash = selector("active").await;
    assert!(!hash.is_empty());
    let body = json!({"spec": {"selector": {"rollouts-pod-template-hash": "nonsense"}}});
    stage.patch("v1", "Service", "active", cluster::Part::Whole, body).await;
    let is_back = || async { selector("active").await == hash };
    stage.eventually("it selects the version again", is_back).await;
    stage.patch_spec("web", json!({"strategy": {"blueGreen": {"activeService": "other"}}})).await;
    let is_freed = || async { selector("active").await.is_empty() && selector("other").await == hash };
    stage.eventually("the old Service is free, the new one is not", is_freed).await;
    let freed = stage.get("v1", "Service", "active").await.expect("a Service");
    assert!(freed.pointer("/metadata/annotations/argo-rollouts.argoproj.io~1managed-by-rollouts").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_history_is_as_long_as_asked_for() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 1, json!({"canary": {}}))).await;
    for image in ["web:1", "web:2", "web:3", "web:4"] {
        stage.set_image("web", image).await;
        stage.until_phase("web", "Healthy").await;
    }
    let is_short = || async { sets(&stage).await.len() == 3 };
    stage.eventually("the current one and two former ones", is_short).await;
}
