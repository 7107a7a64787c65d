//! Servers that answer too much, too late or not at all.

use crate::server::{Body, Reply, Request, Server, ok};
use crate::stage::Stage;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

fn reply(body: Body) -> Reply {
    Reply { status: 200, headers: Vec::new(), body }
}

#[tokio::test]
async fn an_answer_without_an_end_has_one() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| reply(Body::Endless)).await;
    let line = stage.line(json!({"web": {"url": server.url("/")}}), "true").await;
    let told = format!("Error  - {} answered more than 10 MiB (limit: bytes of an answer)", server.url(""));
    assert_eq!(line, told);
}

#[tokio::test]
async fn an_answer_of_100_mebibytes_is_hardly_read() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| reply(Body::Long(100))).await;
    let line = stage.line(json!({"web": {"url": server.url("/")}}), "true").await;
    let told = format!("Error  - {} answered more than 10 MiB (limit: bytes of an answer)", server.url(""));
    assert_eq!(line, told);
    let over = async {
        while server.sent().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(600), over).await.expect("nobody reads on");
    // What the machine's own buffers take comes on top.
    assert!(server.sent()[0] < 50, "{} MiB were taken", server.sent()[0]);
}

/// A status holds ten measurements, and a cluster takes no object above a megabyte or so.
#[tokio::test]
async fn what_is_long_is_judged_whole_and_told_in_short() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.path() {
        "/value" => ok(&format!("\"{}\"", "ä".repeat(1_000_000))),
        _ => ok(&json!({"status": "error", "errorType": "x", "error": "e".repeat(1_000_000)}).to_string()),
    })
    .await;
    let measured = stage.measure(json!({"web": {"url": server.url("/value")}}), "len(result) == 1000000").await;
    assert_eq!(measured.phase_word, "Successful", "{}", measured.message);
    assert!(measured.value.len() < 17_000 && measured.value.ends_with('…'), "{}", measured.value.len());
    let measured = stage.measure(json!({"prometheus": {"address": server.url(""), "query": "q"}}), "true").await;
    assert!(measured.message.starts_with("x: eee") && measured.message.len() < 17_000, "{}", measured.message.len());
    let condition = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let measured = stage.measure(json!({"web": {"url": server.url("/value")}}), &condition).await;
    assert_eq!(measured.phase_word, "Error");
    assert!(measured.message.starts_with("could not evaluate successCondition \"((("), "{}", &measured.message[..60]);
    assert!(measured.message.len() < 17_000, "{}", measured.message.len());
}

#[tokio::test]
async fn silence_ends_with_the_timeout_and_delays_nobody_else() {
    let stage = Stage::start().await;
    let silent = Server::start(|_: &Request| reply(Body::Silence)).await;
    let quick = Server::start(|_: &Request| ok("1")).await;
    let providers = stage.providers();
    let ask = async |url: String, seconds: u64| {
        let run = crate::stage::run(json!({"web": {"url": url, "timeoutSeconds": seconds}}), "true", json!([]));
        let metric = run.spec.metrics[0].clone().into();
        let task = analysis::Task { kind: analysis::TaskKind::Start, metric, unfinished: None, number: 1 };
        providers.ask(&run, &task).await.expect("arguments").measurement
    };
    // More than one server may have under way.
    let mut slow: futures::stream::FuturesUnordered<_> = (0..40).map(|_| ask(silent.url("/"), 3600)).collect();
    let waiting = async { futures::StreamExt::next(&mut slow).await };
    tokio::select! {
        biased;
        _ = waiting => unreachable!("the silent server has answered"),
        measured = async {
            while silent.seen().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            ask(quick.url("/"), 60).await
        } => assert_eq!(measured.phase_word, "Successful"),
    }
    drop(slow);
    let began = Instant::now();
    let measured = ask(silent.url("/"), 1).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
    let told = format!("no answer from {} within 1s (limit: its timeout)", silent.url(""));
    assert_eq!((measured.phase_word.as_str(), measured.message), ("Error", told));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_its_query() {
    let stage = Stage::start().await;
    let port = Server::start(|_: &Request| ok("")).await.port;
    let url = format!("http://127.0.0.1:{port}/secret?token=hunter2");
    let line = stage.line(json!({"web": {"url": url}}), "true").await;
    assert!(line.starts_with(&format!("Error  - http://127.0.0.1:{port} cannot be reached: ")), "{line}");
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_refused_unless_anything_goes() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok("1")).await;
    // It speaks no TLS at all: what it says is no handshake.
    let url = format!("https://127.0.0.1:{}/", server.port);
    let line = stage.line(json!({"web": {"url": url, "insecure": true}}), "true").await;
    assert!(line.starts_with("Error  - "), "{line}");
}
