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
