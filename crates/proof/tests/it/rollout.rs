//! An Application that syncs a chart holding a Rollout: a commit of another image begins the canary, the tree and its
//! health follow, and a promotion ends it.

use crate::stage::{At, Stage, app_at, health, sync, text};
use git::MemoryGit;
use serde_json::{Value, json};
use std::path::Path;

const URL: &str = "file:///srv/git/manifests.git";
const NAMESPACE: &str = "rollouts-demo";
const ROLLOUT: At<'static> = ["argoproj.io/v1alpha1", "Rollout", NAMESPACE, "rollouts-demo"];

/// The files of the example's chart, with this tag among its values.
fn chart(tag: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/helm-rollout");
    let read = |path: &str| (format!("helm-rollout/{path}"), std::fs::read_to_string(root.join(path)).expect("text"));
    let names =
        ["Chart.yaml", "values.yaml", "templates/rollout.yaml", "templates/services.yaml", "templates/ingress.yaml"];
    let mut files: Vec<(String, String)> = names.map(read).into();
    let values = &mut files[1].1;
    *values = values.replace("tag: blue", &format!("tag: {tag}"));
    files
}

fn commit(git: &MemoryGit, tag: &str) {
    let files = chart(tag);
    git.commit(URL, "main", tag, files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
}

/// The health of the Rollout as the application's tree has it.
fn rollout_in_tree(app: &Value) -> &str {
    let resources = app.pointer("/status/resources").and_then(Value::as_array).into_iter().flatten();
    let rollout = resources.into_iter().find(|resource| resource["kind"] == "Rollout");
    rollout.map_or("", |resource| text(resource, "/health/status"))
}

/// As the load balancer's own controller does: until it has an address, an Ingress is not healthy.
async fn give_address(stage: &Stage) {
    let ingresses = stage.kind("networking.k8s.io/v1", "Ingress", NAMESPACE);
    let patch = json!({"status": {"loadBalancer": {"ingress": [{"hostname": "demo.example.com"}]}}});
    let patch = kube::api::Patch::Merge(patch);
    ingresses.patch_status("rollouts-demo", &kube::api::PatchParams::default(), &patch).await.expect("an address");
}

#[tokio::test(start_paused = true)]
async fn a_commit_begins_a_canary_and_a_promotion_ends_it() {
    let git = MemoryGit::new();
    commit(&git, "blue");
    let stage = Stage::start(git.clone()).await;
    stage.run_rollouts();
    let example = include_str!("../../../../examples/helm-rollout/application.yaml");
    let mut app: Value = yaml::parse_one(example.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default())
        .expect("the example parses");
    app["spec"]["source"]["repoURL"] = json!(URL);
    // The tag stands in the repository, so that a commit changes it.
    app["spec"]["source"].as_object_mut().expect("a source").remove("helm");
    stage.create(app).await;
    stage.until(ROLLOUT, "Healthy", |rollout| text(rollout, "/status/phase") == "Healthy").await;
    give_address(&stage).await;
    stage.until_well("rollouts-demo").await;
    let rollout = stage.get(ROLLOUT).await;
    assert_eq!(text(&rollout, "/status/phase"), "Healthy");
    let blue = text(&rollout, "/status/stableRS").to_owned();

    commit(&git, "yellow");
    let paused = |rollout: &Value| text(rollout, "/status/phase") == "Paused";
    let rollout = stage.until(ROLLOUT, "paused", paused).await;
    let follows =
        |app: &Value| sync(app) == "Synced" && health(app) == "Suspended" && rollout_in_tree(app) == "Suspended";
    stage.until(app_at("rollouts-demo"), "Synced, its Rollout paused", follows).await;
    assert_eq!(text(&rollout, "/status/message"), "CanaryPauseStep");
    assert_eq!(rollout.pointer("/status/canary/weights/canary/weight"), Some(&json!(5)));
    assert_eq!(text(&rollout, "/status/stableRS"), blue);
    let yellow = text(&rollout, "/status/currentPodHash").to_owned();
    let action = "/metadata/annotations/alb.ingress.kubernetes.io~1actions.rollouts-demo-root";
    let ingress = stage.get(["networking.k8s.io/v1", "Ingress", NAMESPACE, "rollouts-demo"]).await;
    let action: Value = serde_json::from_str(text(&ingress, action)).expect("the controller's action");
    assert_eq!(action.pointer("/ForwardConfig/TargetGroups/0/Weight"), Some(&json!(5)));

    // As `promote` does.
    let patch = json!({"status": {"pauseConditions": null}});
    let kind = stage.kind(ROLLOUT[0], ROLLOUT[1], ROLLOUT[2]);
    let parameters = kube::api::PatchParams::default();
    kind.patch_status(ROLLOUT[3], &parameters, &kube::api::Patch::Merge(patch)).await.expect("promoted");
    stage.until(ROLLOUT, "promoted", |rollout| text(rollout, "/status/stableRS") == yellow).await;
    let app = stage.until_well("rollouts-demo").await;
    assert_eq!(rollout_in_tree(&app), "Healthy");
    // What the controller writes into Services and Ingresses is no difference.
    assert_eq!(sync(&app), "Synced");
}
