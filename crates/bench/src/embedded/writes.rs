//! Many clients that create objects, each as fast as it is answered.

use super::server::{NAMESPACES, Server, create, namespace};
use crate::figures::{distribution, figure};
use anyhow::Result;
use clock::Clock;
use futures::future::try_join_all;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How much text an object carries.
const TEXT_BYTES: usize = 600;

/// What was written so far.
pub struct Writes {
    clients: u32,
    pub made: u32,
    pub json_bytes: usize,
}

/// One phase of writes.
pub struct Phase {
    made: u32,
    elapsed: Duration,
    server_cpu: f64,
    answered: Vec<Duration>,
}

impl Writes {
    pub fn new(clients: u32) -> Self {
        Writes { clients, made: 0, json_bytes: 0 }
    }

    /// Creates `count` objects more.
    pub async fn create(&mut self, server: &Server, count: u32) -> Result<Phase> {
        let next = Arc::new(AtomicU32::new(self.made));
        let end = self.made + count;
        let mut clients = Vec::new();
        for _ in 0..self.clients {
            clients.push(server.client().await?);
        }
        let (clock, before) = (Clock::system(), server.usage()?);
        let began = clock.monotonic();
        let tasks = clients.into_iter().map(|client| tokio::spawn(write(client, Arc::clone(&next), end)));
        let done = try_join_all(tasks).await?.into_iter().collect::<Result<Vec<_>>>()?;
        let elapsed = began.elapsed();
        let server_cpu = server.usage()?.cpu_seconds - before.cpu_seconds;
        self.made = end;
        self.json_bytes += done.iter().map(|(bytes, _)| bytes).sum::<usize>();
        let answered = done.into_iter().flat_map(|(_, samples)| samples).collect();
        Ok(Phase { made: count, elapsed, server_cpu, answered })
    }
}

impl Phase {
    pub fn report(&self, name: &str) -> Result<()> {
        figure(&format!("{name}_a_second"), f64::from(self.made) / self.elapsed.as_secs_f64(), "creates/s")?;
        figure(&format!("{name}_server_cpu"), self.server_cpu * 1e6 / f64::from(self.made), "us/create")?;
        distribution(&format!("{name}_answered"), &self.answered)
    }
}

/// One client: takes numbers until there are no more. Gives the bytes of the answers and how long each took.
async fn write(client: kube::Client, next: Arc<AtomicU32>, end: u32) -> Result<(usize, Vec<Duration>)> {
    let (clock, mut bytes, mut samples) = (Clock::system(), 0, Vec::new());
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= end {
            return Ok((bytes, samples));
        }
        let path = format!("/api/v1/namespaces/{}/configmaps", namespace(index % NAMESPACES));
        let began = clock.monotonic();
        bytes += create(&client, &path, config_map(index)).await?.len();
        samples.push(began.elapsed());
    }
}

fn config_map(index: u32) -> String {
    let text = format!("{index:08} ").repeat(TEXT_BYTES / 9);
    let metadata =
        json!({"name": format!("object-{index:07}"), "labels": {"bench": "yes", "app": format!("a{}", index % 97)}});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"text": text}}).to_string()
}
