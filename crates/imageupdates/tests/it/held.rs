//! Versions that people took back are left alone.

use crate::stage::{Stage, state};
use imageupdates::notes::{HOLDS, Notes};
use imageupdates::report::State;
use serde_json::{Value, json};

const VALUES: &str = "image:\n  name: NAME\n  tag: 1.0.0\n";

async fn one(stage: &Stage) -> String {
    let shop = stage.image("shop");
    stage.commit(&[("chart/values.yaml", &VALUES.replace("NAME", &shop))]);
    let followed =
        [("image-list", &*format!("app={shop}")), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    stage.application("h", "Helm", "chart", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.push("shop", "1.1.0", "new");
    shop
}

async fn notes(stage: &Stage) -> Notes {
    let annotations = stage.get("h").await["metadata"]["annotations"].clone();
    Notes::read(&serde_json::from_value(annotations).expect("annotations"))
}

fn condition<'v>(app: &'v Value, kind: &str) -> Option<&'v str> {
    let conditions = app["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == kind)?["message"].as_str()
}

#[tokio::test]
async fn a_commit_that_was_reverted_is_not_made_again_until_a_newer_version_appears() {
    let stage = Stage::start().await;
    let shop = one(&stage).await;
    assert_eq!(state(&stage.cycle().await, "h"), State::Updated);
    let reverted = stage.commit(&[("chart/values.yaml", &VALUES.replace("NAME", &shop))]);
    stage.events();
    let report = stage.cycle().await;
    assert_eq!(state(&report, "h"), State::Held, "{report:?}");
    assert_eq!(stage.events(), ["ImageHeld"]);
    assert_eq!(stage.tip("main").await, Some(reverted), "somebody's decision stands");
    let app = stage.get("h").await;
    let said = condition(&app, "ImageHeldWarning").expect("it says so");
    assert_eq!(said, format!("{shop} 1.1.0 is held back: it was taken back where it was written"));
    assert_eq!(state(&stage.cycle().await, "h"), State::Held);
    assert!(stage.events().is_empty(), "it is told once");
    stage.push("shop", "1.2.0", "newer");
    assert_eq!(state(&stage.cycle().await, "h"), State::Updated);
    assert!(stage.file("main", "chart/values.yaml").await.contains("tag: 1.2.0"));
    stage.runs("h", &[&format!("{shop}:1.2.0")]).await;
    assert_eq!(state(&stage.cycle().await, "h"), State::Current);
    assert_eq!(notes(&stage).await.holds, [], "what is older than what runs is nobody's concern");
    assert_eq!(condition(&stage.get("h").await, "ImageHeldWarning"), None);
}

#[tokio::test]
async fn a_released_version_is_written_again() {
    let stage = Stage::start().await;
    let shop = one(&stage).await;
    stage.cycle().await;
    stage.commit(&[("chart/values.yaml", &VALUES.replace("NAME", &shop))]);
    assert_eq!(state(&stage.cycle().await, "h"), State::Held);
    let before = notes(&stage).await;
    let mut after = before.clone();
    assert_eq!(after.release(Some(&shop)).len(), 1);
    stage.patch("h", after.patch(&before).expect("a patch")).await;
    assert_eq!(state(&stage.cycle().await, "h"), State::Updated);
    assert!(stage.get("h").await["metadata"]["annotations"].get(HOLDS).is_none());
}

#[tokio::test]
async fn a_version_whose_rollout_was_aborted_is_held_back() {
    let stage = Stage::start().await;
    let shop = one(&stage).await;
    stage.cycle().await;
    stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "h"}})).await;
    stage
        .create(json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web", "namespace": "h"},
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "strategy": {"canary": {}}, "template": {
                "metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": format!("{shop}:1.1.0")}]}}}}))
        .await;
    let target = cluster::Target::new(object::Gvk::new("argoproj.io", "v1alpha1", "Rollout"), Some("h"), "web");
    let abort = cluster::Change::Patch {
        kind: cluster::PatchKind::Merge,
        body: json!({"status": {"abort": true}}),
        part: cluster::Part::Status,
    };
    stage.client.write(&cluster::Write::new(target, abort)).await.expect("aborted");
    let resource =
        json!({"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "h", "name": "web"});
    stage.patch("h", json!({"status": {"resources": [resource]}})).await;
    stage.cycle().await;
    let holds = notes(&stage).await.holds;
    assert_eq!((holds[0].version.as_str(), holds[0].reason.as_str()), ("1.1.0", "rollout web was aborted"));
    // Somebody takes it back in Git, and it stays that way.
    let reverted = stage.commit(&[("chart/values.yaml", &VALUES.replace("NAME", &shop))]);
    assert_eq!(state(&stage.cycle().await, "h"), State::Held);
    assert_eq!(stage.tip("main").await, Some(reverted));
    // Released, the abort of before does not count any more.
    let before = notes(&stage).await;
    let mut after = before.clone();
    after.release(None);
    stage.patch("h", after.patch(&before).expect("a patch")).await;
    assert_eq!(state(&stage.cycle().await, "h"), State::Updated);
    assert_eq!(notes(&stage).await.holds, []);
}

#[tokio::test]
async fn an_application_that_was_rolled_back_is_left_where_it_is() {
    let stage = Stage::start().await;
    let shop = one(&stage).await;
    stage.cycle().await;
    let deployed =
        |id: i64, revision: &str| json!({"id": id, "revision": revision, "deployedAt": "2026-01-01T00:00:00Z"});
    let history = [deployed(0, "aaa"), deployed(1, "bbb"), deployed(2, "aaa")];
    stage.patch("h", json!({"status": {"history": history}})).await;
    let after = stage.tip("main").await;
    assert_eq!(state(&stage.cycle().await, "h"), State::Held);
    assert_eq!(stage.tip("main").await, after);
    assert_eq!(notes(&stage).await.holds[0].reason, "rolled back from bbb");
    assert!(condition(&stage.get("h").await, "ImageHeldWarning").is_some_and(|said| said.contains(&shop)));
}
