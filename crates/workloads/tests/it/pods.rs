//! How simulated pods behave, and what their owners make of it.

use crate::world::{World, deployment, pod, settle, status};
use apiserver::{Patch, resources};
use serde_json::{Value, json};
use std::time::Duration;

fn waiting(world: &World, name: &str) -> Value {
    let pod = world.api.get(&resources::PODS, "default", name).expect("there");
    pod.get("/status/containerStatuses/0/state/waiting/reason").unwrap_or_default()
}

fn with(annotation: &str, value: &str) -> impl FnOnce(&mut Value) {
    let annotations = json!({format!("sim.capstan.dev/{annotation}"): value});
    move |pod| pod["metadata"]["annotations"] = annotations
}

#[tokio::test(start_paused = true)]
async fn annotations_make_pods_misbehave() {
    let world = World::begin();
    settle().await;
    world.create(pod("unready", with("ready", "false"))).await;
    world.create(pod("crashing", with("exit", "3"))).await;
    world.create(pod("unpulled", with("pull", "fail"))).await;
    world.create(pod("late", with("ready", "1m"))).await;
    settle().await;
    let phase = |name: &str| status(&world.api.get(&resources::PODS, "default", name).expect("there"))["phase"].clone();
    let ready = |name: &str| {
        let pod = world.api.get(&resources::PODS, "default", name).expect("there");
        workloads::pod::Pod::read(&pod).is_ready()
    };
    assert_eq!((phase("unready"), ready("unready")), (json!("Running"), false));
    assert_eq!((phase("crashing"), waiting(&world, "crashing")), (json!("Running"), json!("CrashLoopBackOff")));
    assert_eq!((phase("unpulled"), waiting(&world, "unpulled")), (json!("Pending"), json!("ImagePullBackOff")));
    assert!(!ready("late"));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(ready("late") && !ready("unready"));
    let crashing = world.api.get(&resources::PODS, "default", "crashing").expect("there");
    let state = status(&crashing)["containerStatuses"][0].clone();
    assert_eq!(state["lastState"]["terminated"]["exitCode"], 3);
    assert!(state["restartCount"].as_i64() > Some(1), "{state}");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_rollout_keeps_the_old_pods_and_times_out() {
    let world = World::begin();
    let mut asked = deployment("d", 4);
    asked["spec"]["progressDeadlineSeconds"] = 60.into();
    world.create(asked).await;
    settle().await;
    let bad = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "does-not-exist:1"}]}}}});
    world.api.patch(&resources::DEPLOYMENTS, "default", "d", Patch::Merge(bad)).await.expect("patched");
    tokio::time::sleep(Duration::from_secs(90)).await;
    let told = status(&world.deployment("d"));
    // Of 4 replicas one may be missing and one too many.
    assert_eq!((told["availableReplicas"].clone(), told["updatedReplicas"].clone()), (json!(3), json!(2)));
    let conditions = told["conditions"].as_array().expect("conditions").clone();
    let progressing = conditions.iter().find(|condition| condition["type"] == "Progressing").expect("one");
    assert_eq!(progressing["reason"], "ProgressDeadlineExceeded");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_is_retried_until_its_limit() {
    let world = World::begin();
    settle().await;
    let template = json!({
        "metadata": {"annotations": {"sim.capstan.dev/exit": "1"}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]},
    });
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"},
        "spec": {"backoffLimit": 2, "ttlSecondsAfterFinished": 600, "template": template},
    });
    world.create(job).await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    let job = world.api.get(&resources::JOBS, "default", "j").expect("there");
    assert_eq!(status(&job)["failed"], 3, "{}", status(&job));
    assert_eq!(status(&job)["conditions"][1]["type"], "Failed");
    assert_eq!(world.told("BackoffLimitExceeded"), ["Job has reached the specified backoff limit"]);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.api.get(&resources::JOBS, "default", "j").is_none(), "its time to live is over");
    assert!(world.pods().is_empty(), "its pods went with it");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_least_useful_pods_go_first() {
    let world = World::begin();
    world.create(deployment("d", 3)).await;
    settle().await;
    let dear = world.pods()[0].name().to_owned();
    let cost = json!({"metadata": {"annotations": {"controller.kubernetes.io/pod-deletion-cost": "100"}}});
    world.api.patch(&resources::PODS, "default", &dear, Patch::Merge(cost)).await.expect("patched");
    world.api.scale(&resources::DEPLOYMENTS, "default", "d", 1).await.expect("scaled");
    settle().await;
    let left: Vec<_> = world.pods().iter().map(|pod| pod.name().to_owned()).collect();
    assert_eq!(left, [dear]);
    world.workloads.stop().await;
}

/// The ConfigMap that says how pods behave is data: it holds for whoever is there and whoever comes.
#[tokio::test(start_paused = true)]
async fn rules_of_a_config_map_make_pods_misbehave_by_image_and_label() {
    let world = World::begin();
    settle().await;
    let rules = "- {image: nginx, labels: {tier: bad}, exit: 4, run: 1s}\n- {image: far, pull: fail}\n";
    let map = |rules: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "simulated-pods", "namespace": "kube-system"},
            "data": {"rules.yaml": rules},
        })
    };
    world.api.create(&resources::CONFIG_MAPS, "kube-system", map(rules)).await.expect("created");
    settle().await;
    world.create(pod("bad", |pod| pod["metadata"]["labels"] = json!({"tier": "bad"}))).await;
    world.create(pod("far", |pod| pod["spec"]["containers"][0]["image"] = json!("far/away:1"))).await;
    world.create(pod("fine", |_| ())).await;
    settle().await;
    let status = |name: &str| status(&world.api.get(&resources::PODS, "default", name).expect("there"));
    assert_eq!(waiting(&world, "bad"), json!("CrashLoopBackOff"));
    assert_eq!(status("bad")["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 4);
    assert_eq!(waiting(&world, "far"), json!("ImagePullBackOff"));
    assert_eq!(status("fine")["phase"], "Running");
    // An unreadable one is told, and no rule holds.
    world.api.update(&resources::CONFIG_MAPS, map("- {crash: 1}")).await.expect("updated");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(waiting(&world, "far"), Value::Null, "the image is there now");
    let events = world.api.list(&resources::EVENTS, "kube-system").items;
    let told: Vec<Value> =
        events.iter().map(apiserver::Object::value).filter(|event| event["reason"] == "RulesIgnored").collect();
    assert_eq!(
        told[0]["message"],
        "rules.yaml: rule 1: \"crash\" is none of start, ready, run, exit, pull, stop; no rule holds"
    );
    world.workloads.stop().await;
}
