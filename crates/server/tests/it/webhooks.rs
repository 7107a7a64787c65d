//! A push refreshes the applications that it concerns, and no others.

use crate::stage::{NAMESPACE, Stage};
use serde_json::{Value, json};
use server::tools::Rendered;
use std::sync::Arc;
use tree::{MemoryTree, Recording, Tree, TreePath};

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_bitbucket_refreshes_what_follows_that_branch() {
    let stage = Stage::start().await;
    let push = json!({
        "repository": {"full_name": "team/shop", "name": "shop", "links": {"html": {"href": "https://git.example.com/shop"}}},
        "push": {"changes": [{"new": {"type": "branch", "name": "qa", "target": {"hash": "abc"}},
            "old": {"type": "branch", "name": "qa", "target": {"hash": "abd"}}}]},
    });
    let post = stage.http.post(format!("{}/api/webhook", stage.base));
    let post =
        post.header("content-type", "application/json").header("x-hook-uuid", "u").header("x-event-key", "repo:push");
    let answer = post.body(push.to_string()).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    let is_asked = |stage: &Stage, name: &str| {
        let entry = stage.site.index.get("argocd", name).expect("it is there");
        entry.object.meta().annotations.contains_key(api::names::ANNOTATION_REFRESH)
    };
    stage.eventually("the application is to be refreshed", |stage| is_asked(stage, "shop")).await;
    assert!(!is_asked(&stage, "bank"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_or_proves_is_refused() {
    let stage = Stage::start().await;
    stage.patch("v1", "Secret", "argocd-secret", json!({"stringData": {"webhook.github.secret": "s3cret"}})).await;
    stage
        .eventually("the secret is seen", |stage| {
            stage.site.plane.secret("argocd-secret").contains_key("webhook.github.secret")
        })
        .await;
    let post = |headers: &[(&str, &str)], body: &str| {
        let mut post = stage.http.post(format!("{}/api/webhook", stage.base)).body(body.to_owned());
        for (name, value) in headers {
            post = post.header(*name, *value);
        }
        post.send()
    };
    let status =
        async |headers: &[(&str, &str)], body: &str| post(headers, body).await.expect("an answer").status().as_u16();
    assert_eq!(status(&[], "{}").await, 400);
    let github = [("x-github-event", "push"), ("x-hub-signature-256", "sha256=00")];
    assert!((400..500).contains(&status(&github, "{}").await));
    assert!((400..500).contains(&status(&[("x-hook-uuid", "u"), ("x-event-key", "repo:push")], "{\"push\":").await));
    assert_eq!(stage.ask("", "GET", "/healthz", None).await.0, 200);
}

/// A push to `qa` of GitHub's, of which the files are known.
fn github_push(repository: &str, files: &[&str]) -> Value {
    json!({"ref": "refs/heads/qa", "before": "a1", "after": "a2", "forced": false, "created": false,
        "repository": {"html_url": format!("https://git.example.com/{repository}"), "default_branch": "main"},
        "commits": [{"added": [], "removed": [], "modified": files}]})
}

async fn tell(stage: &Stage, push: &Value) {
    let post = stage.http.post(format!("{}/api/webhook", stage.base)).header("x-github-event", "push");
    let answer =
        post.header("content-type", "application/json").body(push.to_string()).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

/// When an application was asked to be refreshed last.
fn asked_at(stage: &Stage, name: &str) -> Option<jiff::Timestamp> {
    let entry = stage.site.index.get(NAMESPACE, name)?;
    entry.object.meta().annotation(api::names::ANNOTATION_REFRESH_TIMESTAMP)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_coalesced_and_its_last_push_is_not_lost() {
    let stage = Stage::start().await;
    let began = stage.site.clock.monotonic();
    let push = github_push("shop", &["deploy/a.yaml"]);
    for _ in 0..300 {
        tell(&stage, &push).await;
    }
    let last = stage.site.clock.now();
    tell(&stage, &push).await;
    stage
        .eventually("a refresh was asked for after the last push", |stage| {
            asked_at(stage, "shop").is_some_and(|asked| asked >= last)
        })
        .await;
    let seconds = (stage.site.clock.monotonic() - began).as_secs();
    let refreshes = stage.site.webhooks.refreshes();
    assert!((1..=seconds + 2).contains(&refreshes), "{refreshes} refreshes in {seconds} s: at most one a second");
    assert_eq!(asked_at(&stage, "bank"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_touches_nothing_a_render_has_read_refreshes_nobody() {
    let path = |text: &str| TreePath::parse(text).expect("a path");
    let mut tree = MemoryTree::new();
    tree.insert_file(path("deploy/a.yaml"), "a: 1");
    let recording = Recording::new(&tree);
    recording.read(&path("deploy/a.yaml"), 100).expect("a file");
    let reads = recording.into_reads();
    // Only of the application `shop` is it known; and only of the commit that GitHub's push was made onto.
    let known = move |_: &str, name: &str, source: usize| {
        let is_known = (name, source) == ("shop", 0);
        is_known.then(|| Arc::new(Rendered { revision: "a1".to_owned(), reads: reads.clone() }))
    };
    let stage = Stage::with(None, Some(Arc::new(known))).await;
    tell(&stage, &github_push("shop", &["README.md", "deploy/b.txt"])).await;
    // What is asked for in the order of pushes: once this one is through, the other would be too.
    tell(&stage, &github_push("bank", &["README.md"])).await;
    stage.eventually("the other application is refreshed", |stage| asked_at(stage, "bank").is_some()).await;
    assert_eq!((asked_at(&stage, "shop"), stage.site.webhooks.refreshes()), (None, 1));
    tell(&stage, &github_push("shop", &["deploy/a.yaml"])).await;
    stage.eventually("what was read has changed", |stage| asked_at(stage, "shop").is_some()).await;
}
