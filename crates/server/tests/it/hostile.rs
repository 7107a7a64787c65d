//! What is sent by those who mean harm is refused, and the server lives on.

use crate::stage::Stage;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn pages_elsewhere_cannot_act_through_a_visitors_cookie() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let cookie = format!("argocd.token={admin}");
    let sync = |kind: &'static str, headers: Vec<(&'static str, String)>| {
        let mut request = stage.http.post(format!("{}/api/v1/applications/shop/sync", stage.base));
        request = request.header("content-type", kind).header("cookie", &cookie).body("{}");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send()
    };
    let status = async |kind, headers| sync(kind, headers).await.expect("an answer").status().as_u16();
    assert_eq!(status("text/plain", vec![]).await, 415);
    assert_eq!(status("application/x-www-form-urlencoded", vec![]).await, 415);
    let origin = ("origin", "https://evil.example".to_owned());
    assert_eq!(status("application/json", vec![origin]).await, 403);
    assert_eq!(status("application/json", vec![("sec-fetch-site", "cross-site".to_owned())]).await, 403);
    let own = ("origin", stage.base.clone());
    assert_eq!(status("application/json", vec![own]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_frames_and_scripts() {
    let stage = Stage::start().await;
    for path in ["/healthz", "/api/v1/applications", "/nowhere", "/api/version"] {
        let answer = stage.send("", "GET", path, None).await;
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_much_are_refused() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let post = |path: &str| {
        stage.http.post(format!("{}{path}", stage.base)).header("content-type", "application/json").bearer_auth(&admin)
    };
    let large = "x".repeat((16 << 20) + 1);
    let answer = post("/api/v1/applications").body(large).send().await;
    // The server may close before all is sent.
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 413));
    let answer = post("/api/v1/session").body("x".repeat(70_000)).send().await;
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 413));
    let answer = post("/api/v1/applications").header("content-encoding", "gzip").body("{}").send().await;
    assert_eq!(answer.expect("an answer").status(), 415);
    for body in ["{", "[[", "\"", "nul", &"[".repeat(100_000)] {
        let answer = post("/api/v1/applications").body(body.to_owned()).send().await.expect("an answer");
        assert_eq!(answer.status(), 400);
    }
    for body in [json!(null), json!([]), json!("x"), json!({"metadata": 7, "spec": []}), json!({"spec": {"source": 3}})]
    {
        let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications", Some(body)).await;
        assert!((400..500).contains(&status), "{answer}");
    }
    assert_eq!(stage.ask("", "GET", "/healthz", None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_hold_let_nobody_in() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let parts: Vec<&str> = admin.split('.').collect();
    let none = "eyJhbGciOiJub25lIn0";
    let long = "x".repeat(40_000);
    for token in [
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], "AAAA"),
        "x".to_owned(),
        "a.b.c".to_owned(),
        long,
    ] {
        let (status, _) = stage.ask(&token, "GET", "/api/v1/applications", None).await;
        assert_eq!(status, 401, "{}", token.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_with_tricks_are_not_answered() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    for path in ["/api/v1/applications/%00", "/api/v1/applications/a%0d%0ab", "/api/v1/applications/..%5cx"] {
        let (status, _) = stage.ask(&admin, "GET", path, None).await;
        assert_eq!(status, 400, "{path}");
    }
    let (status, _) = stage.ask(&admin, "GET", "/api/v1/applications/shop?appNamespace=kube-system", None).await;
    assert_eq!(status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_could_run_are_not_given_out() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let annotations = json!({"link.argocd.argoproj.io/bad": "javascript:alert(1)", "link.argocd.argoproj.io/good": "Docs|https://docs.example"});
    stage.patch("argoproj.io/v1alpha1", "Application", "shop", json!({"metadata": {"annotations": annotations}})).await;
    stage
        .eventually("it is seen", |stage| {
            stage.site.index.get("argocd", "shop").is_some_and(|entry| !entry.object.meta().annotations.is_empty())
        })
        .await;
    let (_, answer) = stage.ask(&admin, "GET", "/api/v1/applications/shop/links", None).await;
    assert_eq!(answer["items"], json!([{"title": "Docs", "url": "https://docs.example"}]));
}
