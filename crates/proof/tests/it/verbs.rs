//! What kubectl's commands ask of the API server, asked through kube-rs.

use crate::stage::{At, Stage};
use git::MemoryGit;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PropagationPolicy};
use serde_json::{Value, json};

const DEPLOYED: At<'_> = ["apps/v1", "Deployment", "default", "web"];

fn deployment(tag: &str) -> Value {
    let labels = json!({"app": "web"});
    let container = json!({"name": "web", "image": format!("registry.example/web:{tag}")});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    })
}

/// Rolled out: what `kubectl rollout status` waits for.
fn is_rolled_out(object: &Value) -> bool {
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let wanted = number("/spec/replicas");
    number("/status/observedGeneration") >= number("/metadata/generation")
        && ["updatedReplicas", "readyReplicas", "replicas"]
            .iter()
            .all(|own| number(&format!("/status/{own}")) == wanted)
}

#[tokio::test(start_paused = true)]
async fn the_usual_verbs_behave_as_on_kubernetes() {
    let stage = Stage::start(MemoryGit::new()).await;
    let groups = stage.client.list_api_groups().await.expect("groups").groups;
    assert!(["apps", "argoproj.io"].iter().all(|name| groups.iter().any(|group| group.name == *name)));
    let core = stage.client.list_core_api_resources("v1").await.expect("resources").resources;
    assert!(core.iter().any(|one| one.name == "pods/log" || one.name == "services"));

    let deployments = stage.kind("apps/v1", "Deployment", "default");
    let me = PatchParams::apply("me");
    deployments.patch("web", &me, &Patch::Apply(deployment("1.0"))).await.expect("applied");
    stage.until(DEPLOYED, "rolled out", is_rolled_out).await;
    let other = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 3}});
    let refused = deployments.patch("web", &PatchParams::apply("other"), &Patch::Apply(&other)).await;
    let Err(kube::Error::Api(status)) = refused else { panic!("{refused:?}") };
    assert_eq!((status.code, &*status.reason), (409, "Conflict"));
    deployments.patch("web", &PatchParams::apply("other").force(), &Patch::Apply(&other)).await.expect("forced");
    let scaled = deployments.get_scale("web").await.expect("a scale");
    assert_eq!(scaled.spec.and_then(|spec| spec.replicas), Some(3));
    let image = |tag: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": format!("registry.example/web:{tag}")}]}}}});
    deployments.patch("web", &PatchParams::default(), &Patch::Strategic(image("1.1"))).await.expect("patched");
    stage.until(DEPLOYED, "rolled out", is_rolled_out).await;
    let old = stage.kind("apps/v1", "ReplicaSet", "default").list(&ListParams::default().labels("app=web")).await;
    let old = old.expect("a list").items;
    let mut revisions: Vec<&str> = old
        .iter()
        .filter_map(|set| set.metadata.annotations.as_ref()?.get("deployment.kubernetes.io/revision"))
        .map(String::as_str)
        .collect();
    revisions.sort_unstable();
    assert_eq!(revisions, ["1", "2"]);
    deployments.patch("web", &PatchParams::default(), &Patch::Strategic(image("1.0"))).await.expect("undone");
    let undone = stage.until(DEPLOYED, "rolled out", is_rolled_out).await;
    assert_eq!(undone.pointer("/metadata/annotations/deployment.kubernetes.io~1revision"), Some(&json!("3")));

    let foreground =
        DeleteParams { propagation_policy: Some(PropagationPolicy::Foreground), ..DeleteParams::default() };
    deployments.delete("web", &foreground).await.expect("deleted");
    stage.until(DEPLOYED, "gone", Value::is_null).await;
    let pods = stage.kind("v1", "Pod", "default").list(&ListParams::default()).await.expect("a list");
    assert_eq!(pods.items.len(), 0);
    let gone = deployments.get("web").await.expect_err("it is gone").to_string();
    assert!(gone.contains("deployments.apps \"web\" not found"), "{gone}");
}
