//! Logs: followed, searched, begun again where they broke, and bounded whatever a container writes.

use crate::answers::Asker;
use crate::stage::{Stage, automated, deployment};
use axum::body::Body;
use futures::stream;
use http::StatusCode;
use std::convert::Infallible;

/// The address of a log's stream, and who may read it.
async fn staged() -> (Stage, String) {
    let stage = Stage::simulated().await;
    stage.commit("shop", &[deployment("web", "shop/web:1", 1)]);
    stage.application("shop", automated()).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    let admin = stage.signed_in("admin").await;
    let page = admin.page("/applications/argocd/shop").await;
    let id = page.split("id=\"node-/Pod/").nth(1).and_then(|own| own.split('"').next()).expect("a pod");
    let path = format!("node={}", crate::server::encoded(&format!("/Pod/{id}")));
    (stage, path)
}

fn lines(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|own| format!("2026-01-01T00:00:{own:02}.5Z \u{1b}[31mline {own}\u{1b}[0m <b>\n")).collect()
}

/// Ten lines; who names a moment is given them all again, as machines do that round it.
fn ten(_: &str) -> Body {
    let end: Result<String, std::io::Error> = Err(std::io::Error::other("the machine is gone"));
    Body::from_stream(stream::iter(lines(0..10).into_iter().map(Ok).chain([end])))
}

fn endless(_: &str) -> Body {
    let text = format!("2026-01-01T00:00:00.5Z {}\n", "x".repeat(1_000));
    Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(text.clone())))
}

fn one_long_line(_: &str) -> Body {
    Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>("x".repeat(64 << 10))))
}

fn told(text: &str) -> Vec<&str> {
    text.lines().filter_map(|own| own.strip_prefix("data: ")).collect()
}

async fn follow(admin: &Asker<'_>, path: &str, last: &str) -> String {
    let headers: &[(&str, &str)] = if last.is_empty() { &[] } else { &[("last-event-id", last)] };
    let answer = admin.ask_with("GET", &format!("/logs/argocd/shop?{path}"), "", headers).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    answer.text
}

#[tokio::test(start_paused = true)]
async fn a_log_is_followed_searched_and_begun_again_where_it_broke() {
    let (stage, path) = staged().await;
    let admin = stage.signed_in("admin").await;
    let page = admin.page(&format!("/applications/argocd/shop?{path}&tab=logs")).await;
    assert!(page.contains("simulated container") && page.contains("data-log=\"/logs/argocd/shop?"), "{page}");
    assert!(page.contains("data-after=\"2026-"), "{page}");
    let page = admin.ask("GET", &format!("/applications/argocd/shop?{path}&tab=logs&previous=1"), "").await.text;
    assert!(!page.contains("data-log"), "what is over does not grow");

    *stage.tap.lock().expect("no panic") = Some(ten);
    let text = follow(&admin, &path, "").await;
    let all = told(&text);
    assert_eq!(all.iter().filter(|own| own.contains("line")).count(), 10, "{text}");
    assert!(all[0].ends_with("line 0 <b>") && !text.contains('\u{1b}'), "{text}");
    assert!(text.contains("event: problem"), "that it broke is told: {text}");
    let id = text.lines().filter_map(|own| own.strip_prefix("id: ")).next_back().expect("an id");
    assert!(id.starts_with("2026-01-01T00:00:09.5"), "{id}");
    let again = follow(&admin, &path, "2026-01-01T00:00:06.5Z").await;
    let lines: Vec<&str> = told(&again).into_iter().filter(|own| own.contains("line")).collect();
    assert_eq!(lines.len(), 3, "none twice, none lost: {again}");
    let found = follow(&admin, &format!("{path}&find=LINE+7"), "").await;
    assert_eq!(told(&found).iter().filter(|own| own.contains("line")).count(), 1, "{found}");
}

#[tokio::test(start_paused = true)]
async fn a_log_without_an_end_is_bounded() {
    let (stage, path) = staged().await;
    let admin = stage.signed_in("admin").await;
    for tap in [endless, one_long_line] as [fn(&str) -> Body; 2] {
        *stage.tap.lock().expect("no panic") = Some(tap);
        let text = follow(&admin, &path, "").await;
        assert!(text.len() < 40 << 20, "{}", text.len());
        assert!(text.split("\n\n").all(|event| event.len() < 256 << 10));
    }
}

#[tokio::test(start_paused = true)]
async fn only_who_may_read_logs_follows_them() {
    let (stage, path) = staged().await;
    let stranger = stage.stranger();
    assert_eq!(stranger.send(&format!("/logs/argocd/shop?{path}"), "").await.status, 401);
    let answer =
        stranger.ask_with("GET", &format!("/logs/argocd/shop?{path}"), "", &[("accept", "application/json")]).await;
    assert_eq!(answer.status, 401);
    let admin = stage.signed_in("admin").await;
    assert_eq!(admin.ask("GET", "/logs/argocd/shop?node=%2FSecret%2Fargocd%2Fx", "").await.status, 404);
    assert_eq!(admin.ask("GET", "/logs/argocd/none?node=%2FPod%2Fshop%2Fx", "").await.status, 404);
}
