//! A Rollout that takes the place of a Deployment.

use crate::stage::{Stage, number, told};
use cluster::Part;
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../../../examples/rollouts/workload-ref.yaml");

async fn deployed(stage: &Stage) -> i64 {
    let deployment = stage.get("apps/v1", "Deployment", "catalogue").await.unwrap_or(Value::Null);
    number(&deployment, "/spec/replicas")
}

#[tokio::test(start_paused = true)]
async fn the_deployment_goes_as_the_rollout_comes() {
    let stage = Stage::start().await;
    stage.apply(EXAMPLE).await;
    stage.until_phase("catalogue", "Healthy").await;
    let is_empty = || async { deployed(&stage).await == 0 };
    stage.eventually("the Deployment has no pods", is_empty).await;
    let catalogue = stage.rollout("catalogue").await;
    assert!(catalogue["spec"].get("template").is_none(), "what was resolved is not written: {catalogue:#}");
    assert_eq!(
        catalogue["status"]["workloadObservedGeneration"],
        catalogue["metadata"]["annotations"]["rollout.argoproj.io/workload-generation"]
    );

    let container = json!({"name": "catalogue", "image": "registry.example.com/catalogue:2.0.0"});
    let body = json!({"spec": {"template": {"spec": {"containers": [container]}}}});
    stage.patch("apps/v1", "Deployment", "catalogue", Part::Whole, body).await;
    stage.until_told("catalogue", "Paused - CanaryPauseStep").await;
    stage.until_phase("catalogue", "Healthy").await;
    let line = stage.line("catalogue").await;
    assert!(line.contains("catalogue:2.0.0*:3/3"), "{line}");
    assert_eq!(deployed(&stage).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_stays_or_goes_at_the_end() {
    for (scale_down, left) in [("never", 3), ("onsuccess", 0)] {
        let stage = Stage::start().await;
        stage.apply(&EXAMPLE.replace("progressively", scale_down)).await;
        stage.until_phase("catalogue", "Healthy").await;
        stage.wait(5).await;
        assert_eq!(deployed(&stage).await, left, "{scale_down}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_workload_that_is_missing_or_of_no_known_kind_is_said() {
    let stage = Stage::start().await;
    let of = |kind: &str, name: &str| {
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name},
            "spec": {"strategy": {"canary": {}}, "workloadRef": {"apiVersion": "apps/v1", "kind": kind, "name": "none"}},
        })
    };
    stage.create(of("Deployment", "one")).await;
    stage.create(of("StatefulSet", "two")).await;
    let missing = "Degraded - InvalidSpec: The Rollout \"one\" is invalid: deployments.apps \"shop/none\" not found";
    stage.until_told("one", missing).await;
    let unknown =
        "Degraded - InvalidSpec: The Rollout \"two\" is invalid: workload of type apps/StatefulSet is not supported";
    stage.until_told("two", unknown).await;
    let mut deployment = crate::stage::documents(EXAMPLE)[0].clone();
    deployment["metadata"]["name"] = json!("none");
    stage.create(deployment).await;
    stage.until("one", "Healthy", |rollout| told(rollout) == "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn templates_of_replica_sets_and_pod_templates_are_followed() {
    let stage = Stage::start().await;
    let template = |app: &str, image: &str| json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "web", "image": image}]}});
    let labels = json!({"matchLabels": {"app": "set"}});
    stage
        .create(json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "set"},
        "spec": {"replicas": 0, "selector": labels, "template": template("set", "web:blue")}}))
        .await;
    stage
        .create(json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "plain"},
        "template": template("plain", "web:blue")}))
        .await;
    for (name, api_version, kind) in [("set", "apps/v1", "ReplicaSet"), ("plain", "v1", "PodTemplate")] {
        let reference = json!({"apiVersion": api_version, "kind": kind, "name": name});
        let spec = json!({"replicas": 1, "selector": {"matchLabels": {"app": name}}, "workloadRef": reference,
            "strategy": {"canary": {}}});
        let metadata = json!({ "name": name });
        stage
            .create(
                json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata, "spec": spec}),
            )
            .await;
        stage.until_phase(name, "Healthy").await;
        let changed = template(name, "web:yellow");
        let body =
            if kind == "ReplicaSet" { json!({"spec": {"template": changed}}) } else { json!({"template": changed}) };
        stage.patch(api_version, kind, name, Part::Whole, body).await;
        let line = || async { stage.line(name).await.ends_with("web:yellow*:1/1") };
        stage.eventually("the new template is out", line).await;
    }
}
