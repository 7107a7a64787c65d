//! Autoscalers, by what pods say of themselves and by a function.

use crate::world::{World, deployment, settle, status};
use apiserver::{GroupResource, Patch, resources};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use workloads::{Measured, Metrics, Options};

const AUTOSCALERS: GroupResource = GroupResource::new("autoscaling", "horizontalpodautoscalers");

fn asking(replicas: i64) -> Value {
    let mut deployment = deployment("web", replicas);
    deployment["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "100m"}});
    deployment
}

fn autoscaler(edit: impl FnOnce(&mut Value)) -> Value {
    let mut autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {
            "minReplicas": 2, "maxReplicas": 10,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50},
            }}],
        },
    });
    edit(&mut autoscaler["spec"]);
    autoscaler
}

/// The cpu that each pod uses, in thousandths.
fn measured(use_of_each: &Arc<AtomicI64>) -> Options {
    let each = Arc::clone(use_of_each);
    let metrics = Metrics::by(move |what| match what {
        Measured::Resource { name: "cpu", .. } => Some(each.load(Ordering::SeqCst)),
        Measured::External { metric: "queue", .. } => Some(30_000),
        _ => None,
    });
    Options { metrics, ..Options::default() }
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

impl World {
    fn replicas(&self) -> i64 {
        self.deployment("web").get("/spec/replicas").and_then(|it| it.as_i64()).unwrap_or_default()
    }

    fn condition(&self, kind: &str) -> String {
        let status = status(&self.api.get(&AUTOSCALERS, "default", "web").expect("there"));
        let found = status["conditions"].as_array().into_iter().flatten().find(|it| it["type"] == kind);
        found
            .map(|it| {
                format!("{} {}", it["status"].as_str().unwrap_or_default(), it["reason"].as_str().unwrap_or_default())
            })
            .unwrap_or_default()
    }
}

#[tokio::test(start_paused = true)]
async fn replicas_follow_what_pods_use_up_at_once_and_down_after_a_while() {
    let used = Arc::new(AtomicI64::new(50));
    let world = World::with(measured(&used));
    settle().await;
    world.create(asking(2)).await;
    settle().await;
    world.create(autoscaler(|_| ())).await;
    // Metrics are looked at every 15 seconds: between two looks.
    wait(50).await;
    assert_eq!(world.replicas(), 2);
    assert_eq!(world.condition("ScalingActive"), "True ValidMetricFound");
    assert_eq!(world.condition("AbleToScale"), "True ReadyForNewScale");

    used.store(150, Ordering::SeqCst);
    wait(16).await;
    assert_eq!(world.replicas(), 6, "three times as many");
    assert_eq!(
        world.told("SuccessfulRescale")[0],
        "New size: 6; reason: cpu resource utilization (percentage of request) above target"
    );
    wait(31).await;
    assert_eq!(world.replicas(), 10, "the most there may be");
    assert_eq!(world.condition("ScalingLimited"), "True TooManyReplicas");

    used.store(5, Ordering::SeqCst);
    wait(240).await;
    assert_eq!(world.replicas(), 10, "five minutes are waited");
    assert_eq!(world.condition("AbleToScale"), "True ScaleDownStabilized");
    wait(120).await;
    assert_eq!(world.replicas(), 2);
    assert_eq!(world.condition("ScalingLimited"), "True TooFewReplicas");
    let current = status(&world.api.get(&AUTOSCALERS, "default", "web").expect("there"));
    assert_eq!(
        current["currentMetrics"][0]["resource"]["current"],
        json!({"averageUtilization": 5, "averageValue": "5m"})
    );
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn policies_say_how_fast() {
    let used = Arc::new(AtomicI64::new(500));
    let world = World::with(measured(&used));
    settle().await;
    world.create(asking(2)).await;
    settle().await;
    let slow = json!({
        "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
        "scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}]},
    });
    world.create(autoscaler(|spec| spec["behavior"] = slow)).await;
    wait(10).await;
    assert_eq!(world.replicas(), 3);
    assert_eq!(world.condition("ScalingLimited"), "True ScaleUpLimit");
    wait(60).await;
    assert_eq!(world.replicas(), 4);
    used.store(0, Ordering::SeqCst);
    wait(50).await;
    assert_eq!(world.replicas(), 2, "a half in a minute, and no fewer than two");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_metric_that_asks_for_most_counts() {
    let used = Arc::new(AtomicI64::new(50));
    let world = World::with(measured(&used));
    settle().await;
    world.create(asking(2)).await;
    settle().await;
    let queue = json!({"type": "External", "external": {
        "metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "5"},
    }});
    world.create(autoscaler(|spec| spec["metrics"].as_array_mut().expect("metrics").push(queue))).await;
    wait(20).await;
    assert_eq!(world.replicas(), 6);
    world.workloads.stop().await;
}

/// No function: pods tell by annotations, and nothing else needs to be there.
#[tokio::test(start_paused = true)]
async fn pods_may_say_themselves_what_they_use() {
    let world = World::begin();
    settle().await;
    let mut deployment = asking(2);
    deployment["spec"]["template"]["metadata"]["annotations"] = json!({"sim.capstan.dev/usage-cpu": "100m"});
    world.create(deployment).await;
    settle().await;
    world.create(autoscaler(|_| ())).await;
    wait(10).await;
    assert_eq!(world.replicas(), 4);
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_said_and_nothing_is_scaled() {
    let world = World::begin();
    settle().await;
    world.create(autoscaler(|_| ())).await;
    settle().await;
    assert_eq!(world.condition("AbleToScale"), "False FailedGetScale");
    world.create(asking(3)).await;
    wait(20).await;
    assert_eq!(world.condition("AbleToScale"), "True SucceededGetScale");
    assert_eq!(world.condition("ScalingActive"), "False FailedGetResourceMetric");
    assert_eq!(world.replicas(), 3);
    let none = Patch::Merge(json!({"spec": {"replicas": 0}}));
    world.api.patch(&resources::DEPLOYMENTS, "default", "web", none).await.expect("scaled");
    wait(20).await;
    assert_eq!(world.condition("ScalingActive"), "False ScalingDisabled");
    assert_eq!(world.replicas(), 0, "who has none is left alone");
    world.workloads.stop().await;
}
