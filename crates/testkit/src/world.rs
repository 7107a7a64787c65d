//! A world to try controllers in: an embedded cluster, a clock and a seed, all in one thread and in no real time.

use crate::faults::FaultPlan;
use crate::gate::{Gate, Mishap};
use crate::trace::Trace;
use apiserver::ApiServer;
use clock::Clock;
use cluster::ClusterClient;
use controller::{Metrics, Shutdown, Views};
use embedded::Cluster;
use jiff::Timestamp;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// When every simulation begins.
const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// How finely [`World::settle`] looks.
const SETTLE_STEP: Duration = Duration::from_secs(1);

/// A world. Cheap to clone; clones are one world.
#[derive(Clone)]
pub struct World {
    /// Virtual time, and chance from the seed.
    pub clock: Clock,
    /// The cluster's API server: what the test does through its in-process API is not disturbed by faults.
    pub server: ApiServer,
    /// What goes wrong for all processes.
    pub faults: FaultPlan,
    /// What all processes did.
    pub trace: Trace,
    pub(crate) start: Instant,
    pub(crate) observer: ClusterClient,
    /// Its controllers and nodes run as long as the world is there.
    pub(crate) _cluster: Arc<Cluster>,
}

/// Runs `scenario` in a new world, on one thread and a paused clock.
pub fn simulate<T, F: Future<Output = T>>(seed: u64, scenario: impl FnOnce(World) -> F) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("invariant: a runtime of one thread needs nothing that can be missing");
    runtime.block_on(async { scenario(World::new(seed).await).await })
}

/// One running process.
pub struct Process {
    /// Its way to the server.
    pub gate: Gate,
    /// What it counted.
    pub metrics: Metrics,
    /// What it shows.
    pub views: Views,
    pub(crate) shutdown: Shutdown,
    pub(crate) task: JoinHandle<()>,
}

impl World {
    async fn new(seed: u64) -> Self {
        let beginning: Timestamp = BEGINNING.parse().expect("invariant: a constant in the right form");
        let clock = Clock::simulated(beginning, seed);
        let cluster = Cluster::builder().clock(clock.clone()).start().await;
        let cluster =
            Arc::new(cluster.expect("invariant: a cluster in memory and in process opens nothing that can fail"));
        let server = cluster.service();
        let faults = FaultPlan::install(&server, clock.random("faults"));
        let quiet = Gate::new(server.clone(), "test", Trace::default(), Instant::now(), Mishap::default());
        let observer = ClusterClient::from_service(quiet, &clock);
        World { start: Instant::now(), _cluster: cluster, trace: Trace::default(), observer, clock, server, faults }
    }

    /// A client for the test's own use. Faults of lists concern it too.
    #[must_use]
    pub fn client(&self) -> &ClusterClient {
        &self.observer
    }

    /// The server's newest revision.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.server.api("test").revision()
    }

    /// How long the world exists.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Lets time pass until no process has written for `quiet`; at most `limit`.
    ///
    /// # Errors
    /// The writes never end.
    pub async fn settle(&self, processes: &[&Process], quiet: Duration, limit: Duration) -> Result<(), String> {
        let began = Instant::now();
        loop {
            sleep(SETTLE_STEP).await;
            let last = processes.iter().filter_map(|process| process.gate.last_write()).max().unwrap_or(began);
            if last.max(began).elapsed() >= quiet {
                return Ok(());
            }
            if began.elapsed() >= limit {
                return Err(format!("still writing after {} s", limit.as_secs()));
            }
        }
    }
}

impl Process {
    /// Ends it at once, wherever it is.
    pub async fn kill(self) {
        self.gate.close();
        self.task.abort();
        // Cancelled, which is what was asked for.
        let _ = self.task.await;
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// It panicked.
    pub async fn stop(self) -> Result<(), String> {
        self.shutdown.begin();
        self.task.await.map_err(|error| error.to_string())
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }
}
