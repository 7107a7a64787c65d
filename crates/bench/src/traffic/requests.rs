//! How many requests the simulated ingress carries: those that were answered, by the processor time it took the whole
//! process, cluster and controllers included. So the figure is one core's, however many cores there are.

use super::fixture::served;
use crate::arguments::Arguments;
use crate::figures::{figure, note};
use crate::processes::Process;
use crate::rollouts::NAMESPACE;
use anyhow::{Context, Result, ensure};
use clock::Clock;
use cluster::{Change, ClusterClient, Target, Write};
use futures::future::try_join_all;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use object::Object;
use serde_json::json;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// Connections that ask at a time.
const CONNECTIONS: u32 = 32;
/// Until the pods answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether they do.
const POLL: Duration = Duration::from_millis(100);

pub async fn run(arguments: &Arguments) -> Result<()> {
    note(&format!("phase: {} requests through the simulated ingress", arguments.requests))?;
    let (clock, folder) = (Clock::system(), TempDir::with_prefix("capstan-bench-")?);
    let data = folder.path().join("cluster");
    let shown = data.display().to_string();
    let up = ["up", "--data", &shown, "--api", "127.0.0.1:0", "--dashboard", "off", "--ingress", "127.0.0.1:0"];
    let mut process = Process::start("ingress", &arguments.capstan, &up)?;
    // Told as the last thing before the program is ready, on the other of its two outputs.
    let url = process.printed("http://127").await?;
    let address = url.trim_start_matches("http://").trim_end_matches(',').to_owned();
    let client = ClusterClient::from_kubeconfig(Some(&data.join("kubeconfig")), None, &clock).await?;
    create(&client).await?;
    tokio::time::timeout(PATIENCE, async {
        while ask_many(&address, 1).await.is_err() {
            tokio::time::sleep(POLL).await;
        }
    })
    .await
    .context("no pod answers through the ingress")?;

    let each = arguments.requests.div_ceil(CONNECTIONS);
    let (began, before) = (clock.monotonic(), process.usage()?);
    try_join_all((0..CONNECTIONS).map(|_| ask_many(&address, each))).await?;
    let (elapsed, after) = (began.elapsed().as_secs_f64(), process.usage()?);
    let asked = f64::from(each * CONNECTIONS);
    figure("ingress_requests_a_second", asked / elapsed, "requests/s")?;
    figure("ingress_requests_a_second_of_one_core", asked / (after.cpu_seconds - before.cpu_seconds), "requests/s")
}

async fn create(client: &ClusterClient) -> Result<()> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    for value in [namespace].into_iter().chain(served("shop")) {
        let object = Object::from_value(&value)?;
        client.write(&Write::new(Target::of(&object), Change::Create(object))).await?;
    }
    Ok(())
}

/// So many requests, one after the other over one connection; an error unless a pod answers every one.
async fn ask_many(address: &str, count: u32) -> Result<()> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    for _ in 0..count {
        ask(&mut sender).await?;
    }
    drop(sender);
    connection.await??;
    Ok(())
}

async fn ask(sender: &mut SendRequest<Empty<Bytes>>) -> Result<()> {
    let request = Request::get("/").header("Host", "shop.example.com").body(Empty::new())?;
    sender.ready().await?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    answer.into_body().collect().await?;
    ensure!(status == StatusCode::OK, "the ingress answered {status}");
    Ok(())
}
