//! What signals do: the first one ends a process that serves, cleanly, and work that must clean up after itself.

use crate::failure::Failure;
use std::future::Future;
use tokio::signal::unix::{SignalKind, signal};

/// The exit codes by which shells know a process that a signal ended.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

/// Waits for SIGINT or SIGTERM.
pub(crate) async fn stop() -> Result<(), Failure> {
    next().await.map(drop)
}

/// Work that leaves temporary files behind unless it is dropped: a signal drops it.
pub(crate) async fn interruptible<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        done = work => done,
        code = next() => Err(Failure::with_code(code?, "")),
    }
}

/// The exit code that goes with the next signal.
async fn next() -> Result<u8, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok(INTERRUPTED),
        _ = terminate.recv() => Ok(TERMINATED),
    }
}
