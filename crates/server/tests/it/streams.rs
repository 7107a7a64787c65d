//! Streams tell what changes, to whom it may be told, for as long as they are let in.

use crate::stage::{AT_MOST, Stage};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

/// The lines of a stream.
struct Lines {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    rest: Vec<u8>,
}

impl Lines {
    async fn open(stage: &Stage, token: &str, path: &str) -> Self {
        let answer = stage.send(token, "GET", path, None).await;
        assert_eq!(answer.status(), 200);
        Lines { body: Box::pin(answer.bytes_stream()), rest: Vec::new() }
    }

    /// The next line that says something; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                if line.len() > 1 {
                    return Some(serde_json::from_slice(&line).expect("JSON"));
                }
                continue;
            }
            let more = timeout(AT_MOST, self.body.next()).await.expect("something comes");
            self.rest.extend_from_slice(&more?.expect("readable"));
        }
    }
}

fn told(line: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&line["result"]["type"]), text(&line["result"]["application"]["metadata"]["name"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_and_only_of_what_one_may_see() {
    let stage = Stage::start().await;
    let policies = ["p, proj:shop:reader, applications, get, shop/*, allow"];
    let token = stage.role("shop", "reader", &policies).await;
    let mut lines = Lines::open(&stage, &token, "/api/v1/stream/applications").await;
    assert_eq!(told(&lines.next().await.expect("a line")), ("ADDED".to_owned(), "shop".to_owned()));
    for (name, word) in [("bank", "hidden"), ("shop", "seen")] {
        let body = json!({"metadata": {"annotations": {"told": word}}});
        stage.patch("argoproj.io/v1alpha1", "Application", name, body).await;
    }
    let line = lines.next().await.expect("a line");
    assert_eq!(told(&line), ("MODIFIED".to_owned(), "shop".to_owned()));
    assert_eq!(line["result"]["application"]["metadata"]["annotations"]["told"], "seen");
    // What moves to another project is gone for this listener, and what it has become is not told.
    let moved = json!({"spec": {"project": "bank"}});
    stage.patch("argoproj.io/v1alpha1", "Application", "shop", moved).await;
    let line = lines.next().await.expect("a line");
    assert_eq!(told(&line), ("DELETED".to_owned(), "shop".to_owned()));
    assert!(!line.to_string().contains("bank"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_once_its_token_is_taken_back() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let mut lines = Lines::open(&stage, &admin, "/api/v1/stream/applications").await;
    assert!(lines.next().await.is_some() && lines.next().await.is_some());
    assert_eq!(stage.ask(&admin, "DELETE", "/api/v1/session", None).await.0, 200);
    let last = lines.next().await.expect("it says why it ends");
    assert_eq!(last["error"]["grpc_code"], 16, "{last}");
    assert!(lines.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_is_told_as_it_grows() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let mut lines = Lines::open(&stage, &admin, "/api/v1/stream/applications/shop/resource-tree").await;
    assert_eq!(lines.next().await.expect("a line")["result"]["nodes"], json!([]));
    stage.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    stage
        .make(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own", "namespace": "shop",
        "annotations": {"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/own"}}}))
        .await;
    let line = lines.next().await.expect("a line");
    assert_eq!(line["result"]["nodes"][0]["name"], "own", "{line}");
    let (_, tree) = stage.ask(&admin, "GET", "/api/v1/applications/shop/resource-tree", None).await;
    assert_eq!(tree["nodes"][0]["kind"], "ConfigMap", "{tree}");
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_that_ask_for_events_are_given_events() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let request = stage.http.get(format!("{}/api/v1/stream/applications?name=shop", stage.base)).bearer_auth(&admin);
    let answer = request.header("accept", "text/event-stream").send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.bytes_stream();
    let first = timeout(AT_MOST, body.next()).await.expect("something comes").expect("a piece").expect("readable");
    let text = String::from_utf8(first.to_vec()).expect("text");
    let told = text.strip_prefix("data: ").and_then(|text| text.strip_suffix("\n\n")).expect("one event");
    let line: Value = serde_json::from_str(told).expect("JSON");
    assert_eq!(line["result"]["application"]["metadata"]["name"], "shop");
}
