//! The embedded cluster: how fast it takes durable writes, what it holds an object with, how watches keep up, and how
//! soon it is there again with everything.

mod disk;
mod server;
mod watches;
mod writes;

use crate::arguments::Arguments;
use crate::figures::{figure, note};
use crate::processes::Usage;
use anyhow::{Result, ensure};
use clock::Clock;
use server::{NAMESPACES, Server};
use std::time::Duration;
use watches::Watches;
use writes::Writes;

/// From the last write until memory is read: what was given back by then is not held.
const SETTLING: Duration = Duration::from_secs(5);

/// Measures everything.
pub async fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::TempDir::with_prefix("capstan-bench-")?;
    disk::run(folder.path())?;
    let (server, _) = Server::start(&arguments.capstan, folder.path()).await?;
    server.create_namespaces(NAMESPACES).await?;
    let before = server.usage()?;

    let mut writes = Writes::new(arguments.clients);
    let alone = (arguments.objects / 10).max(1).min(arguments.objects);
    note(&format!("phase: {alone} creates by {} clients", arguments.clients))?;
    writes.create(&server, alone).await?.report("creates")?;

    let rest = arguments.objects - alone;
    note(&format!("phase: {rest} creates more, beside {} watches", arguments.watches))?;
    let mut watches = Watches::open(&server, arguments.watches).await?;
    writes.create(&server, rest).await?.report("creates_watched")?;
    watches.wait(rest).await?.report()?;
    drop(watches);
    tokio::time::sleep(SETTLING).await;
    report_memory("full", &before, &server.usage()?, &writes)?;
    restart(arguments, server, folder.path(), &writes).await?;
    crate::machine::load("at the end")
}

/// What the process holds besides the text of the objects.
fn report_memory(phase: &str, before: &Usage, now: &Usage, writes: &Writes) -> Result<()> {
    let json = writes.json_bytes as f64;
    let over = (now.resident_megabytes - before.resident_megabytes) * 1e6 - json;
    figure(&format!("{phase}_json_an_object"), json / f64::from(writes.made), "bytes")?;
    figure(&format!("{phase}_memory_over_json_an_object"), over / f64::from(writes.made), "bytes")?;
    figure(&format!("{phase}_rss"), now.resident_megabytes, "MB")
}

/// Starts with everything after a clean end, and after a kill.
async fn restart(arguments: &Arguments, server: Server, folder: &std::path::Path, writes: &Writes) -> Result<()> {
    let clock = Clock::system();
    server.stop().await?;
    for phase in ["start_after_end", "start_after_kill"] {
        note(&format!("phase: {}", phase.replace('_', " ")))?;
        let began = clock.monotonic();
        let (again, ready) = Server::start(&arguments.capstan, folder).await?;
        figure(phase, (ready - began).as_secs_f64(), "s")?;
        let found = again.count(NAMESPACES).await?;
        ensure!(found == writes.made, "{} objects were acknowledged, {found} are there again", writes.made);
        figure(&format!("{phase}_rss"), again.usage()?.resident_megabytes, "MB")?;
        again.kill().await?;
    }
    Ok(())
}
