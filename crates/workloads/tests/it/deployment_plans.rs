//! Plans of the Deployment controller as text: what it decides, given what it sees.

use apiserver::Object;
use serde_json::{Value, json};
use workloads::deployment::{Observed, plan};

const NOW: &str = "2026-01-01T00:10:00Z";

fn object(value: Value) -> Object {
    Object::from_value(&value).expect("an object")
}

fn template(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "d"}},
        "spec": {"containers": [{"name": "c", "image": image}]},
    })
}

fn deployment(replicas: i64, image: &str, edit: impl FnOnce(&mut Value)) -> Object {
    let mut deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "d", "namespace": "n", "uid": "u", "resourceVersion": "9", "generation": 2,
            "annotations": {"deployment.kubernetes.io/revision": "2"},
        },
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "d"}}, "template": template(image),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        },
        "status": {"observedGeneration": 2},
    });
    edit(&mut deployment);
    object(deployment)
}

/// A ReplicaSet of a revision: its size, how many of its pods are available, the size its Deployment had.
fn set(revision: i64, image: &str, (replicas, available, desired): (i64, i64, i64)) -> Object {
    object(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": format!("d-{revision}"), "namespace": "n", "uid": format!("u{revision}"), "resourceVersion": "5",
            "creationTimestamp": format!("2026-01-01T00:0{revision}:00Z"), "labels": {"app": "d"},
            "annotations": {
                "deployment.kubernetes.io/revision": revision.to_string(),
                "deployment.kubernetes.io/desired-replicas": desired.to_string(),
                "deployment.kubernetes.io/max-replicas": (desired + (desired + 3) / 4).to_string(),
            },
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "u", "controller": true}],
        },
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "d"}}, "template": template(image)},
        "status": {"replicas": replicas, "readyReplicas": available, "availableReplicas": available},
    }))
}

/// The plan without its status write.
fn planned(deployment: Object, owned: Vec<Object>) -> Vec<String> {
    let observed =
        Observed { deployment, owned, adoptable: Vec::new(), namesake: None, old_pods: Vec::new(), refused: None };
    let plan = plan(&observed, NOW.parse().expect("a time")).to_string();
    let lines = plan.lines().filter(|line| !line.contains("/status ") && !line.starts_with("wake"));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_rollout_grows_first_as_far_as_the_surge_allows() {
    let plan = planned(deployment(4, "b", |_| ()), vec![set(1, "a", (4, 4, 4)), set(2, "b", (0, 0, 4))]);
    assert_eq!(
        plan,
        [
            r#"patch replicasets/n/d-2 {"spec":{"replicas":1}}"#,
            "tell d ScalingReplicaSet: Scaled up replica set d-2 from 0 to 1",
        ]
    );
}

#[test]
fn then_it_shrinks_as_far_as_enough_stays_available() {
    let plan = planned(deployment(4, "b", |_| ()), vec![set(1, "a", (4, 4, 4)), set(2, "b", (1, 0, 4))]);
    assert_eq!(
        plan,
        [
            r#"patch replicasets/n/d-1 {"spec":{"replicas":3}}"#,
            "tell d ScalingReplicaSet: Scaled down replica set d-1 from 4 to 3",
        ]
    );
    let blocked = planned(deployment(4, "b", |_| ()), vec![set(1, "a", (3, 3, 4)), set(2, "b", (2, 0, 4))]);
    assert_eq!(blocked, Vec::<String>::new(), "nothing moves while nothing new becomes available");
}

#[test]
fn old_pods_that_do_not_serve_go_first() {
    let plan = planned(
        deployment(4, "c", |_| ()),
        vec![set(1, "a", (3, 3, 4)), set(2, "b", (1, 0, 4)), set(3, "c", (1, 1, 4))],
    );
    let scaled: Vec<_> = plan.iter().filter(|line| line.starts_with("tell")).collect();
    assert_eq!(
        scaled,
        [
            "tell d ScalingReplicaSet: Scaled down replica set d-1 from 3 to 2",
            "tell d ScalingReplicaSet: Scaled down replica set d-2 from 1 to 0",
        ]
    );
}

#[test]
fn a_scaled_rollout_shares_the_new_size_in_proportion() {
    let plan = planned(deployment(8, "b", |_| ()), vec![set(1, "a", (3, 3, 4)), set(2, "b", (2, 2, 4))]);
    let scaled: Vec<_> = plan.iter().filter(|line| line.starts_with("tell")).collect();
    assert_eq!(
        scaled,
        [
            "tell d ScalingReplicaSet: Scaled up replica set d-1 from 3 to 6",
            "tell d ScalingReplicaSet: Scaled up replica set d-2 from 2 to 4",
        ]
    );
}

#[test]
fn going_back_gives_the_old_replica_set_a_new_number() {
    let plan = planned(deployment(2, "a", |_| ()), vec![set(1, "a", (0, 0, 2)), set(2, "b", (2, 2, 2))]);
    assert_eq!(
        plan,
        [
            r#"patch replicasets/n/d-1 {"metadata":{"annotations":{"deployment.kubernetes.io/revision":"3","deployment.kubernetes.io/revision-history":"1"}},"spec":{"replicas":1}}"#,
            "tell d ScalingReplicaSet: Scaled up replica set d-1 from 0 to 1",
        ]
    );
}

#[test]
fn a_paused_deployment_is_scaled_but_not_rolled_out() {
    let pause = |deployment: &mut Value| deployment["spec"]["paused"] = true.into();
    let plan = planned(deployment(3, "b", pause), vec![set(1, "a", (2, 2, 2))]);
    assert_eq!(
        plan.last().map(String::as_str),
        Some("tell d ScalingReplicaSet: Scaled up replica set d-1 from 2 to 3")
    );
    assert!(!plan.iter().any(|line| line.starts_with("create")));
}

#[test]
fn recreate_waits_until_the_old_pods_are_gone() {
    let recreate = |deployment: &mut Value| deployment["spec"]["strategy"] = json!({"type": "Recreate"});
    let going = planned(deployment(2, "b", recreate), vec![set(1, "a", (2, 2, 2))]);
    assert_eq!(
        going.last().map(String::as_str),
        Some("tell d ScalingReplicaSet: Scaled down replica set d-1 from 2 to 0")
    );
    let gone = planned(deployment(2, "b", recreate), vec![set(1, "a", (0, 0, 2))]);
    assert!(gone[0].starts_with("create replicasets/n/d-"), "{gone:?}");
}

#[test]
fn old_replica_sets_beyond_the_limit_go_lowest_number_first() {
    let done = |deployment: &mut Value| {
        deployment["spec"]["revisionHistoryLimit"] = 1.into();
        deployment["status"] = json!({
            "observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
        });
    };
    let sets = vec![set(1, "a", (0, 0, 1)), set(2, "b", (0, 0, 1)), set(3, "c", (1, 1, 1))];
    assert_eq!(planned(deployment(1, "c", done), sets), ["delete replicasets/n/d-1"]);
}
