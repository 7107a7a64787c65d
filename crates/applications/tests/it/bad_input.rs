//! Whatever is wrong with one application is said on it, and concerns no other; nothing is pruned by mistake.

use crate::stage::{Stage, application, automated, conditions, config_map, health, phase, sync, text, try_create};
use git::Problem;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// A stage with an application that is well and must stay so.
async fn stage_with_neighbour() -> Stage {
    let stage = Stage::start().await;
    stage.commit("good", [("good/a.yaml", &*config_map("good", "1"))]);
    stage.create(application("neighbour", "good", "good", automated())).await;
    stage.until_well("neighbour").await;
    stage
}

async fn neighbour_goes_on(stage: &Stage) {
    let revision = stage.commit("neighbour", [("good/a.yaml", &*config_map("good", "2"))]);
    stage
        .until("neighbour", "updated", |app| text(app, "/status/sync/revision") == revision && sync(app) == "Synced")
        .await;
}

fn says(part: &str) -> impl Fn(&serde_json::Value) -> bool + '_ {
    move |app| conditions(app).iter().any(|condition| condition.contains(part))
}

#[tokio::test(start_paused = true)]
async fn broken_yaml_names_file_and_line_and_prunes_nothing() {
    let stage = stage_with_neighbour().await;
    stage.commit("fine", [("dev/a.yaml", &*config_map("a", "1")), ("dev/b.yaml", &*config_map("b", "1"))]);
    stage.application("broken", automated()).await;
    stage.until_well("broken").await;
    stage.commit("broken", [("dev/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n")]);
    stage
        .until(
            "broken",
            "a ComparisonError",
            says("ComparisonError: Failed to load target state: Manifest generation error: dev/a.yaml"),
        )
        .await;
    let app = stage.app("broken").await;
    assert_eq!((sync(&app), health(&app)), ("Unknown", "Unknown"));
    neighbour_goes_on(&stage).await;
    assert_eq!(stage.names("v1", "ConfigMap", "shop").await.iter().filter(|name| name.len() == 1).count(), 2);
    stage.commit("mended", [("dev/a.yaml", &*config_map("a", "2"))]);
    stage.until_well("broken").await;
}

#[tokio::test(start_paused = true)]
async fn a_missing_revision_is_named() {
    let stage = stage_with_neighbour().await;
    let mut app = application("lost", "good", "shop", automated());
    app["spec"]["source"]["targetRevision"] = json!("no-such-branch");
    stage.create(app).await;
    stage.until("lost", "a ComparisonError", says("unable to resolve 'no-such-branch' to a commit SHA")).await;
    neighbour_goes_on(&stage).await;
}

#[tokio::test(start_paused = true)]
async fn paths_out_of_the_repository_are_refused() {
    let stage = stage_with_neighbour().await;
    stage.create(application("climber", "../..", "shop", automated())).await;
    stage.until("climber", "a ComparisonError", says("ComparisonError: Failed to load target state")).await;
    stage.create(application("nowhere", "no/such/path", "shop", automated())).await;
    stage.until("nowhere", "a ComparisonError", says("no/such/path: app path does not exist")).await;
    neighbour_goes_on(&stage).await;
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_host_is_told_and_leaves_what_runs_alone() {
    let stage = stage_with_neighbour().await;
    let mut app = application("far", "app", "shop", automated());
    app["spec"]["source"]["repoURL"] = json!("https://far.example/repo.git");
    stage.git.commit("https://far.example/repo.git", "main", "first", [("app/a.yaml", config_map("far", "1"))]);
    stage.create(app).await;
    stage.until_well("far").await;
    let gone = Problem::Unreachable { detail: "connection refused".into() };
    stage.git.fail("https://far.example/repo.git", Some(gone));
    stage.refresh("far", "normal").await;
    assert_eq!(sync(&stage.app("far").await), "Synced", "a short failure is not told");
    stage.delete("v1", "ConfigMap", "shop", "far").await;
    let is_back = || async { stage.get("v1", "ConfigMap", "shop", "far").await.is_some() };
    stage.eventually("what was read last is still healed", is_back).await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    stage.until("far", "a ComparisonError", says("connection refused")).await;
    assert!(stage.get("v1", "ConfigMap", "shop", "far").await.is_some(), "nothing is pruned");
    neighbour_goes_on(&stage).await;
    stage.git.fail("https://far.example/repo.git", None);
    tokio::time::sleep(Duration::from_secs(150)).await;
    stage.until_well("far").await;
}

#[tokio::test(start_paused = true)]
async fn an_application_that_cannot_be_read_says_so() {
    let stage = stage_with_neighbour().await;
    let mut app = application("odd", "good", "shop", automated());
    app["spec"]["source"]["directory"] = json!({"recurse": "yes"});
    if let Err(refused) = try_create(&stage.client, app).await {
        assert!(refused.message.contains("recurse"), "{}", refused.message);
    } else {
        stage.until("odd", "an error", says("recurse")).await;
    }
    neighbour_goes_on(&stage).await;
}

#[tokio::test(start_paused = true)]
async fn a_project_that_does_not_exist_or_does_not_permit_is_named() {
    let stage = stage_with_neighbour().await;
    let mut app = application("stray", "good", "shop", automated());
    app["spec"]["project"] = json!("nobody");
    stage.create(app).await;
    stage
        .until(
            "stray",
            "invalid",
            says("InvalidSpecError: Application referencing project nobody which does not exist"),
        )
        .await;
    stage
        .create(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": {"name": "nobody", "namespace": "argocd"},
            "spec": {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "elsewhere"}]},
        }))
        .await;
    stage.until("stray", "invalid", says("do not match any of the allowed destinations in project 'nobody'")).await;
    stage
        .patch(
            "argoproj.io/v1alpha1",
            "AppProject",
            "argocd",
            "nobody",
            json!({"spec": {"destinations": [{"server": "*", "namespace": "shop"}]}}),
        )
        .await;
    // The namespace itself may not be made by this project, but it is the application's destination.
    stage.until_well("stray").await;
}

#[tokio::test(start_paused = true)]
async fn an_object_the_cluster_refuses_fails_its_sync_with_the_clusters_words() {
    let stage = stage_with_neighbour().await;
    let bad = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports: []\n  type: Nonsense\n";
    stage.commit("bad", [("dev/a.yaml", bad), ("dev/b.yaml", &*config_map("b", "1"))]);
    stage.application("refused", automated()).await;
    stage.until("refused", "tried in vain", |app| phase(app) == "Failed").await;
    let app = stage.app("refused").await;
    let message = text(&app, "/status/operationState/message");
    assert!(message.starts_with("one or more objects failed to apply, reason: "), "{message}");
    assert!(message.ends_with("(retried 5 times)."), "{message}");
    assert!(stage.get("v1", "ConfigMap", "shop", "b").await.is_some(), "the rest of the wave was applied");
    stage.until("refused", "a SyncError", says("SyncError: Failed last sync attempt to")).await;
    neighbour_goes_on(&stage).await;
}

/// Answers writes and lists with an error.
struct Failing(u16, &'static str);

impl embedded::Faults for Failing {
    fn before(&self, request: &embedded::RequestSummary) -> embedded::RequestFault {
        if request.is_write() || request.verb == "list" || request.verb == "watch" {
            let error = embedded::ApiError::new(self.0, self.1, "the test says so");
            return embedded::RequestFault::Refuse(error);
        }
        embedded::RequestFault::Serve
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_fails_for_a_while_is_outlasted() {
    let stage = stage_with_neighbour().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    for (status, reason) in [(429, "TooManyRequests"), (500, "InternalError"), (410, "Expired"), (409, "Conflict")] {
        stage.cluster.set_faults(Some(Arc::new(Failing(status, reason))));
        stage.commit("next", [("dev/a.yaml", &*config_map("a", &status.to_string()))]);
        tokio::time::sleep(Duration::from_secs(20)).await;
        stage.cluster.set_faults(None);
        stage.until_well("shop").await;
        let has_arrived = || async {
            let object = stage.get("v1", "ConfigMap", "shop", "a").await.unwrap_or_default();
            text(&object, "/data/value") == status.to_string()
        };
        stage.eventually("the change arrives", has_arrived).await;
    }
}
