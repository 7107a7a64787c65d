//! How many durable creates a second a server takes from many clients at once:
//! `cargo run --release -p apiserver --example creates [CLIENTS] [SECONDS]`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement reads the clock and prints")]

use apiserver::{ApiServer, resources};
use clock::Clock;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let (clients, seconds) = (arguments.next().unwrap_or(64), arguments.next().unwrap_or(5));
    let runtime = tokio::runtime::Runtime::new().expect("invariant: a runtime starts on an ordinary machine");
    let folder = tempfile::tempdir().expect("invariant: the folder for temporary files can be written");
    runtime.block_on(async {
        let path = folder.path().join("cluster.redb");
        let server = ApiServer::open(&path, Clock::system()).expect("invariant: a new file can be made");
        let made = Arc::new(AtomicUsize::new(0));
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut tasks = Vec::new();
        for client in 0..clients {
            let (api, made) = (server.api("bench"), Arc::clone(&made));
            tasks.push(tokio::spawn(async move {
                let mut index = 0;
                while Instant::now() < end {
                    let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
                        "metadata": {"name": format!("m-{client}-{index}"), "labels": {"app": "bench"}},
                        "data": {"v": "x".repeat(1000)}});
                    if api.create(&resources::CONFIG_MAPS, "default", map).await.is_ok() {
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                    index += 1;
                }
            }));
        }
        for task in tasks {
            // A client that panicked has made fewer.
            let _ = task.await;
        }
        let made = made.load(Ordering::Relaxed);
        println!("{made} durable creates by {clients} clients in {seconds} s: {} per second", made as u64 / seconds);
    });
}
