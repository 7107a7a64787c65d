//! Open watches that count what they are told.

use super::server::{NAMESPACES, Server, namespace};
use crate::figures::figure;
use anyhow::{Context, Result, ensure};
use clock::Clock;
use http_body_util::BodyExt;
use hyper::Request;
use kube::client::Body;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// How long events may be on their way once the last write was answered.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at how many have come.
const POLL: Duration = Duration::from_millis(5);

/// The watches; closed when dropped.
pub struct Watches {
    count: u32,
    seen: Arc<AtomicU64>,
    _tasks: JoinSet<Result<()>>,
}

/// How they kept up.
pub struct Caught {
    events: u64,
    behind: Duration,
}

impl Watches {
    /// Opens `count` watches, spread over the namespaces, from now on.
    pub async fn open(server: &Server, count: u32) -> Result<Self> {
        let (seen, mut tasks) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        for index in 0..count {
            let path = format!("/api/v1/namespaces/{}/configmaps", namespace(index % NAMESPACES));
            let client = server.client().await?;
            let uri = format!("{path}?watch=true&resourceVersion={}", revision(&client, &path).await?);
            let answer = client.send(Request::get(&uri).body(Body::empty())?).await?;
            ensure!(answer.status().is_success(), "{uri} answered {}", answer.status());
            tasks.spawn(count_lines(answer.into_body(), Arc::clone(&seen)));
        }
        Ok(Watches { count, seen, _tasks: tasks })
    }

    /// Waits until every watch has been told of every one of `written` objects that is its own.
    pub async fn wait(&mut self, written: u32) -> Result<Caught> {
        let began: Instant = Clock::system().monotonic();
        let expected = u64::from(written / NAMESPACES) * u64::from(self.count);
        let all = async {
            while self.seen.load(Ordering::Relaxed) < expected {
                tokio::time::sleep(POLL).await;
            }
        };
        let arrived = || self.seen.load(Ordering::Relaxed);
        timeout(PATIENCE, all).await.with_context(|| format!("{} of {expected} events have come", arrived()))?;
        Ok(Caught { events: arrived(), behind: began.elapsed() })
    }
}

impl Caught {
    pub fn report(&self) -> Result<()> {
        figure("watch_events", self.events as f64, "events")?;
        figure("watch_behind_the_last_write", self.behind.as_secs_f64() * 1000.0, "ms")
    }
}

async fn revision(client: &kube::Client, path: &str) -> Result<String> {
    let request = Request::get(format!("{path}?limit=1")).body(Body::empty())?;
    let bytes = client.send(request).await?.into_body().collect().await?.to_bytes();
    let list: serde_json::Value = serde_json::from_slice(&bytes)?;
    Ok(list["metadata"]["resourceVersion"].as_str().context("a list without a revision")?.to_owned())
}

/// Counts events of objects; each is a line.
async fn count_lines(mut body: Body, seen: Arc<AtomicU64>) -> Result<()> {
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let lines = data.iter().filter(|byte| **byte == b'\n').count();
        seen.fetch_add(lines as u64, Ordering::Relaxed);
    }
    Ok(())
}
