//! A push refreshes the applications that it concerns, and no others.

use crate::stage::Stage;
use serde_json::json;

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
