//! Bad input: bodies too large or too deep, forged tokens and revisions, paths that climb.

use crate::client::{MAPS, config_map, open, send, server};
use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tower::ServiceExt;

/// A body without end that counts what is read of it.
struct Endless(Arc<AtomicUsize>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = Bytes::from(vec![b'x'; 64 << 10]);
        self.0.fetch_add(chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_body_is_refused_at_the_limit() {
    let read = Arc::new(AtomicUsize::new(0));
    let request = Request::builder().method("POST").uri(MAPS).body(Endless(Arc::clone(&read))).expect("a request");
    let response = server().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 413);
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let status: Value = serde_json::from_slice(&body).expect("a status");
    assert_eq!(status["message"], "Request entity too large: limit is 3145728");
    assert!(read.load(Ordering::Relaxed) <= (19 << 20) + (128 << 10), "read on after the limit");
}

#[tokio::test(start_paused = true)]
async fn malformed_bodies_get_kubernetes_own_errors() {
    let server = server();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let table: &[(&str, Bytes, u16)] = &[
        ("application/json", deep.clone().into(), 400),
        ("application/yaml", deep.into(), 400),
        ("application/json", Bytes::from_static(b"{\"metadata\":{\"name\":\"\xff\xfe\"}}"), 400),
        ("application/yaml", Bytes::from_static(b"a: &a [*a, *a]"), 400),
        ("application/xml", Bytes::from_static(b"<a/>"), 415),
        ("application/json", Bytes::from_static(b"[]"), 400),
    ];
    for (content_type, body, expected) in table {
        let response = open(&server, "POST", MAPS, content_type, body.clone()).await.expect("an answer");
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        assert_eq!(response.status().as_u16(), *expected, "{content_type} {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn forged_tokens_revisions_and_paths_are_refused() {
    let server = server();
    let table = [
        (format!("{MAPS}?continue=bogus"), 400),
        (format!("{MAPS}?continue={}", "A".repeat(5000)), 400),
        (format!("{MAPS}?resourceVersion=-1"), 400),
        (format!("{MAPS}?resourceVersion=99999999999999999999999"), 400),
        (format!("{MAPS}?resourceVersion=18446744073709551615"), 504),
        (format!("{MAPS}?limit=99999999999999999999"), 400),
        ("/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets".to_owned(), 404),
        ("/api/v1/namespaces/%2e%2e/configmaps".to_owned(), 404),
        (format!("/{}", "a/".repeat(9000)), 404),
    ];
    for (uri, expected) in table {
        let (status, answer) = send(&server, "GET", &uri, &Value::Null).await;
        assert_eq!(status, expected, "{} {answer}", &uri[..uri.len().min(80)]);
    }
}

#[tokio::test(start_paused = true)]
async fn writes_say_what_is_wrong_with_them() {
    let server = server();
    assert_eq!(send(&server, "POST", MAPS, &config_map("a", "1")).await.0, 201);
    let (status, answer) = send(&server, "POST", MAPS, &config_map("a", "1")).await;
    assert_eq!((status, &answer["message"]), (409, &json!("configmaps \"a\" already exists")));
    let stale = json!({"metadata": {"resourceVersion": "1"}, "data": {"v": "2"}});
    let (status, answer) = send(&server, "PATCH", &format!("{MAPS}/a"), &stale).await;
    assert_eq!(status, 409, "{answer}");
    let (status, answer) = send(&server, "GET", &format!("{MAPS}/b"), &Value::Null).await;
    assert_eq!((status, &answer["reason"]), (404, &json!("NotFound")));
}

/// A body that says how long it is and is never read: its length is refused.
struct Announced(u64, Arc<AtomicUsize>);

impl Body for Announced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let left = self.0.saturating_sub(self.1.load(Ordering::Relaxed) as u64);
        if left == 0 {
            return Poll::Ready(None);
        }
        let chunk = Bytes::from(vec![b' '; usize::try_from(left).unwrap_or(usize::MAX).min(64 << 10)]);
        self.1.fetch_add(chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_of_a_hundred_megabytes_is_refused_whatever_the_verb() {
    let server = server();
    assert_eq!(send(&server, "POST", MAPS, &config_map("a", "1")).await.0, 201);
    for (method, uri) in [
        ("POST", MAPS.to_owned()),
        ("PUT", format!("{MAPS}/a")),
        ("PATCH", format!("{MAPS}/a")),
        ("DELETE", format!("{MAPS}/a")),
    ] {
        let read = Arc::new(AtomicUsize::new(0));
        let body = Announced(100 << 20, Arc::clone(&read));
        let request = Request::builder().method(method).uri(uri).header("content-type", "application/json").body(body);
        let response = server.clone().oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(response.status(), 413, "{method}");
        assert!(read.load(Ordering::Relaxed) <= 17 << 20, "{method} read {}", read.load(Ordering::Relaxed));
    }
    assert_eq!(send(&server, "GET", &format!("{MAPS}/a"), &Value::Null).await.0, 200);
}

/// Watchers that never read hold a place in the past and nothing else; who reads too late must list again.
#[tokio::test(start_paused = true)]
async fn ten_thousand_stalled_watchers_cost_nobody_anything() {
    let server = server();
    let revision = server.api("test").revision();
    let watch = format!("{MAPS}?watch=1&timeoutSeconds=3000&resourceVersion={revision}");
    let mut stalled = Vec::new();
    for _ in 0..10_000 {
        stalled.push(open(&server, "GET", &watch, "application/json", "").await.expect("a watch").into_body());
    }
    let api = server.api("test");
    for number in 0..10_050 {
        let map = config_map(&format!("m-{number}"), "1");
        api.create(&apiserver::resources::CONFIG_MAPS, "default", map).await.expect("created");
    }
    for body in stalled.iter_mut().step_by(1000) {
        let frame = body.frame().await.expect("an answer").expect("a frame").into_data().expect("data");
        let event: Value = serde_json::from_slice(&frame).expect("an event");
        assert_eq!((&event["type"], &event["object"]["code"]), (&json!("ERROR"), &json!(410)));
    }
    let (status, _) = send(&server, "GET", &format!("{MAPS}/m-10049"), &Value::Null).await;
    assert_eq!(status, 200, "others are served");
}
