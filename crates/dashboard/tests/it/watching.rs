//! Streams of the API: a line for each change, deletions among them.

use crate::stage::{Stage, canary};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn one_rollout_is_followed_to_its_end() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let mut stream = stage.ask("GET", "/rollouts/api/v1/rollouts/shop/web/info/watch", "").await;
    assert_eq!((stream.status.as_u16(), stream.header("content-type")), (200, "application/json"));
    let first = stream.line().await.expect("a first line");
    assert_eq!(first["result"]["status"], "Healthy");
    assert_eq!(first["result"]["objectMeta"]["name"], "web");
    let set = stage.ask("PUT", "/rollouts/api/v1/rollouts/shop/web/set/web/shop%2Fweb/2", "{}").await;
    assert_eq!(set.status, 200);
    let paused = stream.line_until(|line| line["result"]["status"] == "Paused").await;
    assert_eq!((&paused["result"]["step"], &paused["result"]["actualWeight"]), (&json!("1/4"), &json!("25")));
    stage.delete("web").await;
    let last = stream.line_until(|line| line.get("error").is_some()).await;
    let message = "rollouts.argoproj.io \"web\" not found";
    let error = json!({"grpc_code": 5, "http_code": 404, "http_status": "Not Found", "message": message});
    assert_eq!(last, json!({ "error": error }));
    assert_eq!(stream.line().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_followed_with_deletions() {
    let stage = Stage::simulated().await;
    stage.create(canary("one")).await;
    stage.until_phase("one", "Healthy").await;
    let mut stream = stage.ask("GET", "/rollouts/api/v1/rollouts/shop/info/watch", "").await;
    let event = stream.line().await.expect("a first line");
    assert_eq!(event["result"]["type"], "Updated");
    assert_eq!(event["result"]["rolloutInfo"]["objectMeta"]["name"], "one");
    stage.create(canary("two")).await;
    let is_two = |name: &str, status: &str, line: &serde_json::Value| {
        let info = &line["result"]["rolloutInfo"];
        line["result"]["type"] == "Updated" && info["objectMeta"]["name"] == name && info["status"] == status
    };
    stream.line_until(|line| is_two("two", "Healthy", line)).await;
    stage.delete("one").await;
    let gone = stream.line_until(|line| line["result"]["type"] == "Deleted").await;
    assert_eq!(gone["result"]["rolloutInfo"]["objectMeta"]["name"], "one");
}

#[tokio::test(start_paused = true)]
async fn pages_are_told_the_pieces_that_changed() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let mut page = stage.ask("GET", "/rollouts/live/rollout/shop/web", "").await;
    assert_eq!(page.header("content-type"), "text/event-stream");
    let whole = page.piece("\n\n").await.expect("a first event");
    assert!(whole.starts_with("event: whole\ndata: <section id=\"head\">"), "{whole}");
    let mut list = stage.ask("GET", "/rollouts/live/list?q=web", "").await;
    let whole = list.piece("\n\n").await.expect("a first event");
    assert!(whole.contains("<ul class=\"rows\" id=\"rows\"><li class=\"row\" id=\"row-shop-web\">"), "{whole}");
    assert_eq!(stage.press("web", "promote", &[]).await.status, 303);
    for (stream, wanted) in [(&mut page, "50 %"), (&mut list, "50 %")] {
        loop {
            let event = stream.piece("\n\n").await.expect("it goes on");
            if event.contains(wanted) {
                break;
            }
        }
    }
    stage.delete("web").await;
    loop {
        let event = page.piece("\n\n").await.expect("it goes on");
        if event.contains("It has been deleted") {
            break;
        }
    }
}
