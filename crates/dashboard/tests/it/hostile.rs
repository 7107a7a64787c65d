//! Requests of those who should not ask, and names that should not act.

use crate::stage::{FORM_TOKEN, NAMESPACE, Stage, canary};
use axum::body::Body;
use cluster::Part;
use dashboard::Token;
use http::{Method, Request};
use serde_json::json;

const WEB: &str = "/rollouts/api/v1/rollouts/shop/web";

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// Method, path, headers, and the code it is answered with.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16);

#[tokio::test(start_paused = true)]
async fn another_page_may_not_ask() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let own = ("host", "localhost:3100");
    let cases: [Case<'_>; 9] = [
        ("GET", "/rollouts/", &[("host", "evil.example")], 421),
        ("GET", "/rollouts/", &[("host", "evil.example:3100")], 421),
        ("GET", "/rollouts/", &[("host", "localhost"), ("host", "localhost")], 400),
        ("GET", "/rollouts/", &[], 400),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web/abort", &[own, ("origin", "http://evil.example")], 403),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web/abort", &[own, ("origin", "null")], 403),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web/abort", &[own, ("sec-fetch-site", "cross-site")], 403),
        ("GET", "/rollouts/live/list", &[own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")], 403),
        ("OPTIONS", "/rollouts/api/v1/rollouts/shop/web/abort", &[own, ("origin", "http://evil.example")], 204),
    ];
    for (method, path, headers, status) in cases {
        let answer = stage.send(request(method, path, headers).body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {headers:?}");
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{headers:?}");
    }
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);
}

#[tokio::test(start_paused = true)]
async fn a_form_without_the_token_does_nothing() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    for body in ["", "token=", "token=wrong", &format!("token={FORM_TOKEN}x")] {
        let answer = stage.ask("POST", "/rollouts/rollout/shop/web/abort", body).await;
        assert_eq!(answer.status, 403, "{body}");
    }
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);
}

#[tokio::test(start_paused = true)]
async fn every_answer_forbids_what_pages_do_not_need() {
    let stage = Stage::simulated().await;
    for path in
        ["/rollouts/", "/rollouts/api/v1/version", "/rollouts/assets/app.js?v=1", "/nowhere", "/rollouts/rollout/a/b"]
    {
        let answer = stage.ask("GET", path, "").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("server"), "capstan", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn methods_and_paths_are_taken_as_they_are_meant() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let cases = [
        ("GET", format!("{WEB}/abort"), 405),
        ("POST", format!("{WEB}/abort"), 405),
        ("DELETE", format!("{WEB}/info"), 405),
        ("TRACE", "/rollouts/".to_owned(), 405),
        ("GET", "/rollouts/rollout/shop/web/abort".to_owned(), 405),
        ("HEAD", format!("{WEB}/info"), 200),
        ("HEAD", format!("{WEB}/info/watch"), 200),
        ("HEAD", "/rollouts/".to_owned(), 200),
        ("OPTIONS", format!("{WEB}/info"), 204),
        ("PUT", "/rollouts/api/v1/rollouts/shop//abort".to_owned(), 400),
        ("PUT", "/rollouts/api/v1/rollouts/shop/x/../web/abort".to_owned(), 400),
        ("PUT", "/rollouts/api/v1/rollouts/shop/%2e%2e/abort".to_owned(), 400),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web%2Fabort".to_owned(), 404),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web%2Fstatus/abort".to_owned(), 404),
        ("PUT", "/rollouts/api/v1/rollouts/shop/WEB/abort".to_owned(), 404),
        ("PUT", "/rollouts/api/v1/rollouts/shop/web%00/abort".to_owned(), 400),
        ("PUT", format!("{WEB}/abort/"), 404),
        ("GET", "/rollouts/assets/..%2f..%2fCargo.toml".to_owned(), 400),
        ("GET", format!("/rollouts/{}", "a".repeat(3_000)), 400),
    ];
    for (method, path, status) in cases {
        let answer = stage.ask(method, &path, "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        if status == 405 || method == "OPTIONS" {
            let allowed = answer.header("allow").to_owned();
            let is_method = |method: &str| Method::from_bytes(method.trim().as_bytes()).is_ok();
            assert!(!allowed.is_empty() && allowed.split(',').all(is_method), "{method} {path}: {allowed:?}");
        }
        if method == "HEAD" {
            assert_eq!(answer.text().await, "");
        }
    }
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);
}

#[tokio::test(start_paused = true)]
async fn bodies_are_capped_and_not_unpacked() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(70_000));
    for path in [format!("{WEB}/promote"), format!("{WEB}/abort")] {
        assert_eq!(stage.ask("PUT", &path, &large).await.status, 413, "{path}");
    }
    let large = format!("token={FORM_TOKEN}&x={}", "x".repeat(70_000));
    assert_eq!(stage.ask("POST", "/rollouts/rollout/shop/web/abort", &large).await.status, 413);
    let packed = request("PUT", &format!("{WEB}/abort"), &[("host", "localhost"), ("content-encoding", "gzip")]);
    assert_eq!(stage.send(packed.body(Body::from("x")).expect("a request")).await.status, 415);
    // One that never ends is not waited for.
    let endless = Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::convert::Infallible>>());
    let slow = request("PUT", &format!("{WEB}/abort"), &[("host", "localhost")]).body(endless).expect("a request");
    assert_eq!(stage.send(slow).await.status, 408);
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);
}

#[tokio::test(start_paused = true)]
async fn where_others_can_ask_the_token_is_needed() {
    let mut stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let token = Token::random().expect("random numbers");
    stage.router = stage.router_with(|options| options.token = Some(token.clone()));
    let host = ("host", "dashboard.example:3100");
    let bearer = format!("Bearer {}", token.text());
    let cookie = format!("a=b; capstan-dashboard={}", token.text());
    let api = format!("{WEB}/info");
    let abort = format!("{WEB}/abort");
    let cases: [Case<'_>; 10] = [
        ("GET", &api, &[host], 401),
        ("GET", &api, &[host, ("authorization", "Bearer wrong")], 401),
        ("GET", &api, &[host, ("authorization", &bearer)], 200),
        ("GET", &api, &[host, ("cookie", &cookie)], 200),
        ("PUT", &abort, &[host], 401),
        ("POST", "/rollouts/rollout/shop/web/abort", &[host], 401),
        ("GET", "/rollouts/", &[host], 303),
        ("GET", "/rollouts/live/list", &[host], 303),
        ("GET", "/rollouts/login", &[host], 200),
        ("GET", "/rollouts/assets/app.css", &[host], 200),
    ];
    for (method, path, headers, status) in cases {
        let answer = stage.send(request(method, path, headers).body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {headers:?}");
    }
    let told = request("GET", &format!("/rollouts/?token={}", token.text()), &[host]);
    let answer = stage.send(told.body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/rollouts/"));
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains(token.text()) && cookie.ends_with("; Path=/rollouts; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let login = async |told: &str| {
        let request = request("POST", "/rollouts/login", &[host, ("origin", "http://dashboard.example:3100")]);
        stage.send(request.body(Body::from(format!("token={told}"))).expect("a request")).await
    };
    assert_eq!(login("wrong").await.status, 403);
    assert_eq!(login(token.text()).await.status, 303);
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);
}

#[tokio::test(start_paused = true)]
async fn markup_and_escapes_in_a_cluster_are_text() {
    let stage = Stage::simulated().await;
    let image = "a\"><script>alert(1)</script>\u{1b}[31m\u{202e}javascript:alert(1)";
    let mut rollout = canary("web");
    rollout["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image);
    rollout["metadata"]["annotations"] = json!({"x": "<img src=x onerror=alert(1)>"});
    stage.create(rollout).await;
    stage.until_phase("web", "Healthy").await;
    stage.patch("web", Part::Status, json!({"status": {"message": "<b>\u{1b}[2Jx</b>", "phase": "<i>"}})).await;
    let markup = "<script>alert";
    for path in [
        "/rollouts/",
        "/rollouts/rollout/shop/web",
        "/rollouts/?q=<script>alert(1)",
        "/rollouts/?status=\"><script>alert(1)",
    ] {
        let path = path.replace('<', "%3C").replace('>', "%3E").replace('"', "%22");
        let page = stage.ask("GET", &path, "").await.text().await;
        assert!(!page.contains(markup) && !page.contains("<img"), "{path}");
        assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{path}");
        assert!(!page.contains("href=\"javascript:"), "{path}");
    }
    let mut live = stage.ask("GET", &format!("/rollouts/live/rollout/{NAMESPACE}/web"), "").await;
    let event = live.piece("\n\n").await.expect("an event");
    assert!(!event.contains(markup) && !event.contains('\u{1b}'));
    let info = stage.read(&format!("{WEB}/info")).await;
    assert_eq!(info["containers"][0]["image"], image, "the API tells it as it is");
}
