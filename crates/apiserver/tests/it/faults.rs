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

/// One fault for every write, another for every event.
#[derive(Default)]
struct Always {
    request: Option<RequestFault>,
    answer: Option<AnswerFault>,
    event: Option<EventFault>,
}

impl Faults for Always {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        self.request.clone().filter(|_| request.is_write()).unwrap_or(RequestFault::Serve)
    }

    fn after(&self, request: &RequestSummary) -> AnswerFault {
        self.answer.clone().filter(|_| request.is_write()).unwrap_or(AnswerFault::Deliver)
    }

    fn event(&self, _: &RequestSummary, _: &Event) -> EventFault {
        self.event.clone().unwrap_or(EventFault::Deliver)
    }
}

/// Conflicts, 410 and 429 are told in Kubernetes' form, with the seconds to wait where it gives them.
#[tokio::test(start_paused = true)]
async fn refusals_look_like_kubernetes_own() {
    let maps = apiserver::GroupResource::new("", "configmaps");
    let table = [
        (RequestFault::Refuse(ApiError::conflict(&maps, "a", "told to")), 409, "Conflict"),
        (RequestFault::Refuse(ApiError::expired("too old")), 410, "Expired"),
        (RequestFault::Refuse(ApiError::new(429, "TooManyRequests", "later")), 429, "TooManyRequests"),
        (RequestFault::Refuse(ApiError::new(500, "InternalError", "broken")), 500, "InternalError"),
    ];
    for (fault, code, reason) in table {
        let server = server();
        server.set_faults(Some(Arc::new(Always { request: Some(fault), ..Always::default() })));
        let (status, answer) = send(&server, "POST", MAPS, &config_map("a", "1")).await;
        assert_eq!((status, answer["reason"].as_str()), (code, Some(reason)));
        assert_eq!(send(&server, "GET", &format!("{MAPS}/a"), &Value::Null).await.0, 404, "nothing happened");
        server.set_faults(None);
        assert_eq!(send(&server, "POST", MAPS, &config_map("a", "1")).await.0, 201, "it is over");
    }
}

/// Source: `tooManyRequests` of k8s.io/apiserver's filters: plain text and the header.
#[tokio::test(start_paused = true)]
async fn priority_and_fairness_says_when_to_come_back() {
    let server = server();
    let overloaded = RequestFault::Overloaded { retry_after_seconds: 7 };
    server.set_faults(Some(Arc::new(Always { request: Some(overloaded), ..Always::default() })));
    let body = config_map("a", "1").to_string();
    let answer = open(&server, "POST", MAPS, "application/json", body).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &http::HeaderValue::from(7)));
    let text = answer.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(&*text, b"Too many requests, please try again later.\n");
}

#[tokio::test(start_paused = true)]
async fn a_slow_watch_tells_late_and_loses_nothing() {
    let server = server();
    let slow = EventFault::Delay(Duration::from_secs(3));
    server.set_faults(Some(Arc::new(Always { event: Some(slow), ..Always::default() })));
    let watch = format!("{MAPS}?watch=1&timeoutSeconds=60");
    let mut body = open(&server, "GET", &watch, "application/json", "").await.expect("a watch").into_body();
    let began = tokio::time::Instant::now();
    for name in ["a", "b"] {
        assert_eq!(send(&server, "POST", MAPS, &config_map(name, "1")).await.0, 201);
    }
    for (name, seconds) in [("a", 3), ("b", 6)] {
        let frame = body.frame().await.expect("an event").expect("a frame").into_data().expect("data");
        let event: Value = serde_json::from_slice(&frame).expect("an event");
        assert_eq!((event["object"]["metadata"]["name"].as_str(), began.elapsed().as_secs()), (Some(name), seconds));
    }
}

/// Before the write: it did not happen. After it: it did. Either way watches break, and those from before get 410.
#[tokio::test(start_paused = true)]
async fn the_server_restarts_in_the_middle_of_a_write() {
    for (fault, is_written) in [
        (Always { request: Some(RequestFault::Restart), ..Always::default() }, false),
        (Always { answer: Some(AnswerFault::Restart), ..Always::default() }, true),
    ] {
        let server = server();
        assert_eq!(send(&server, "POST", MAPS, &config_map("before", "1")).await.0, 201);
        let revision = server.api("test").revision() - 1;
        let watch = format!("{MAPS}?watch=1&timeoutSeconds=60&resourceVersion={revision}");
        let mut body = open(&server, "GET", &watch, "application/json", "").await.expect("a watch").into_body();
        assert!(body.frame().await.is_some_and(|frame| frame.is_ok()), "it tells of what was before");
        server.set_faults(Some(Arc::new(fault)));
        let lost = open(&server, "POST", MAPS, "application/json", config_map("a", "1").to_string()).await;
        assert!(lost.is_err(), "the connection breaks");
        server.set_faults(None);
        assert!(body.frame().await.is_some_and(|frame| frame.is_err()), "so do watches");
        let (_, event) = send(&server, "GET", &watch, &Value::Null).await;
        assert_eq!(event["object"]["code"], 410, "{event}");
        assert_eq!(send(&server, "GET", &format!("{MAPS}/a"), &Value::Null).await.0 == 200, is_written);
    }
}
