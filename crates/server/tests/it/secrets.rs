//! No value of a Secret leaves the server: a word is hidden wherever one can be, and looked for in every answer.

use crate::stage::{NAMESPACE, Stage};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use server::routes::ROUTES;

const CANARY: &str = "canary-in-the-mine-7";

/// What ends the session is left out, and what does not end.
fn is_read(path: &str, method: &str) -> bool {
    method == "GET" && !path.contains("/stream/") && !path.starts_with("/auth/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeded_secret_is_in_no_answer() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let label = "argocd.argoproj.io/secret-type";
    let seeded = |name: &str, kind: &str, values: serde_json::Value| {
        json!({"apiVersion": "v1", "kind": "Secret", "stringData": values,
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": {label: kind}}})
    };
    let url = format!("https://me:{CANARY}@git.example.com/a.git");
    stage.make(seeded("r", "repository", json!({"url": url, "password": CANARY, "sshPrivateKey": CANARY}))).await;
    stage.make(seeded("t", "repo-creds", json!({"url": "https://git.example.com", "password": CANARY}))).await;
    let config = json!({"bearerToken": CANARY, "tlsClientConfig": {"keyData": CANARY}}).to_string();
    stage.make(seeded("c", "cluster", json!({"server": "https://far:6443", "name": "far", "config": config}))).await;
    stage.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    stage
        .make(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own", "namespace": "shop", "annotations": {
            "argocd.argoproj.io/tracking-id": "shop:/Secret:shop/own", "copied": CANARY,
            "kubectl.kubernetes.io/last-applied-configuration": json!({"stringData": {"word": CANARY}}).to_string()}},
            "stringData": {"word": CANARY}}))
        .await;
    let secret = json!({"webhook.github.secret": CANARY});
    stage.patch("v1", "Secret", "argocd-secret", json!({"stringData": secret})).await;
    stage.eventually("all is seen", |stage| !stage.site.plane.secrets("cluster").is_empty()).await;
    let hidden = [CANARY.to_owned(), STANDARD.encode(CANARY)];
    let query = "?group=&kind=Secret&namespace=shop&resourceName=own&version=v1&name=own&id.type=name";
    let mut asked = 0;
    for route in ROUTES.iter().filter(|route| is_read(route.path, route.method)) {
        let path = route.path.replace("{repo}", "https%3A%2F%2Fgit.example.com%2Fa.git").replace("{id}", "far");
        let path = if path.contains("/projects/") { path.replace("{name}", "shop") } else { path };
        let path =
            if path.contains("/account/") { path.replace("{name}", "admin") } else { path.replace("{name}", "shop") };
        let path =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/");
        let (_, answer) = stage.ask(&admin, "GET", &format!("{path}{query}"), None).await;
        let text = answer.to_string();
        assert!(!hidden.iter().any(|word| text.contains(word.as_str())), "{path}: {text}");
        asked += 1;
    }
    assert!(asked > 40, "{asked}");
    let (status, live) = stage.ask(&admin, "GET", &format!("/api/v1/applications/shop/resource{query}"), None).await;
    assert_eq!(status, 200, "the Secret itself was among the answers: {live}");
    // A patch that copies a value elsewhere, and one that the cluster refuses.
    let patch = json!("[{\"op\":\"copy\",\"from\":\"/data/word\",\"path\":\"/metadata/labels\"}]");
    let path = format!("/api/v1/applications/shop/resource{query}&patchType=application/json-patch%2Bjson");
    let (_, refused) = stage.ask(&admin, "POST", &path, Some(patch)).await;
    let copy = json!("[{\"op\":\"copy\",\"from\":\"/data/word\",\"path\":\"/metadata/annotations/other\"}]");
    let (status, copied) = stage.ask(&admin, "POST", &path, Some(copy)).await;
    assert_eq!(status, 200, "{copied}");
    for answer in [refused, copied] {
        let text = answer.to_string();
        assert!(!hidden.iter().any(|word| text.contains(word.as_str())), "{text}");
    }
}
