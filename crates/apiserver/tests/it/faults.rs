//! The fault seam: refusals, lost answers, delays, stale reads, dropped and repeated events.

use crate::client::{MAPS, config_map, open, send, server};
use apiserver::{AnswerFault, ApiError, Event, EventFault, Faults, RequestFault, RequestSummary};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Things go wrong by the number of the write.
#[derive(Default)]
struct Plan {
    writes: AtomicUsize,
}

impl Faults for Plan {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        if !request.is_write() {
            return RequestFault::Serve;
        }
        match self.writes.fetch_add(1, Ordering::Relaxed) {
            0 => RequestFault::Refuse(ApiError::new(429, "TooManyRequests", "try again")),
            1 => RequestFault::Delay(Duration::from_secs(5)),
            2 => RequestFault::Disconnect,
            _ => RequestFault::Serve,
        }
    }

    fn after(&self, request: &RequestSummary) -> AnswerFault {
        if request.is_write() && self.writes.load(Ordering::Relaxed) == 4 {
            AnswerFault::Lose
        } else {
            AnswerFault::Deliver
        }
    }
}

#[tokio::test(start_paused = true)]
async fn writes_are_refused_delayed_lost() {
    let server = server();
    server.set_faults(Some(Arc::new(Plan::default())));
    let post = |name: &'static str| {
        let server = server.clone();
        async move { open(&server, "POST", MAPS, "application/json", config_map(name, "1").to_string()).await }
    };
    assert_eq!(post("refused").await.expect("an answer").status(), 429);
    let before = tokio::time::Instant::now();
    assert_eq!(post("delayed").await.expect("an answer").status(), 201);
    assert_eq!(before.elapsed(), Duration::from_secs(5));
    assert!(post("disconnected").await.is_err());
    assert!(post("lost").await.is_err(), "the answer is lost");
    let exists = async |name: &str| send(&server, "GET", &format!("{MAPS}/{name}"), &Value::Null).await.0 == 200;
    assert!(!exists("refused").await && exists("delayed").await && !exists("disconnected").await);
    assert!(exists("lost").await, "the write happened");
}

/// Reads come from the past; the first event is dropped, the second repeated, the third breaks the watch.
struct Past(u64, AtomicUsize);

impl Faults for Past {
    fn stale_revision(&self, _: &RequestSummary, _: u64) -> Option<u64> {
        Some(self.0)
    }

    fn event(&self, _: &RequestSummary, _: &Event) -> EventFault {
        match self.1.fetch_add(1, Ordering::Relaxed) {
            0 => EventFault::Drop,
            1 => EventFault::Repeat,
            _ => EventFault::Disconnect,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_stale_and_events_misbehave() {
    let server = server();
    let revision = server.api("test").revision();
    for name in ["a", "b", "c"] {
        assert_eq!(send(&server, "POST", MAPS, &config_map(name, "1")).await.0, 201);
    }
    server.set_faults(Some(Arc::new(Past(revision + 1, AtomicUsize::new(0)))));
    let (_, list) = send(&server, "GET", MAPS, &Value::Null).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    let watch = format!("{MAPS}?watch=1&timeoutSeconds=5&resourceVersion={revision}");
    let mut body = open(&server, "GET", &watch, "application/json", "").await.expect("a watch").into_body();
    let mut seen = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let event: Value = serde_json::from_slice(frame.data_ref().expect("data")).expect("an event");
        seen.push(event["object"]["metadata"]["name"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(seen, ["b", "b"]);
}
