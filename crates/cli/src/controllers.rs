//! The controllers in this process, on whatever cluster.

use crate::failure::Failure;
use applications::sources::Counters;
use applications::{Applications, Options, Settings};
use clock::{Clock, Offload};
use cluster::{ClusterClient, Clusters};
use controller::{Elector, Environment, KubeEvents, Leadership, LeaseConfig, Metrics, Reporter, Shutdown, Views};
use git::{GitSource, Repositories, RepositoriesOptions};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The Lease that replicas contend for.
const LEASE: &str = "capstan-application-controller";

/// Controllers that run.
pub(crate) struct Controllers {
    pub views: Views,
    pub metrics: Metrics,
    pub sources: Arc<Counters>,
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<()>>,
}

/// Whether other replicas may act too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replicas {
    /// There is only this one.
    One,
    /// There may be others: who holds the Lease acts.
    Many,
}

/// What controllers are started with.
pub(crate) struct Setup<'s> {
    pub client: ClusterClient,
    pub clock: Clock,
    /// Where mirrors of repositories are kept.
    pub data: &'s Path,
    pub namespace: String,
    pub replicas: Replicas,
}

impl Controllers {
    /// Starts them.
    pub(crate) fn start(setup: Setup<'_>) -> Result<Self, Failure> {
        let Setup { client, clock, data, namespace, replicas } = setup;
        let settings = Settings { namespace: namespace.clone(), ..Settings::default() };
        let cache = applications::start_cache(client.clone(), &settings);
        let clusters = Clusters::home(client.clone(), Some(cache));
        let (metrics, views, shutdown) = (Metrics::default(), Views::default(), Shutdown::new());
        let identity = format!("{}_{}", host_name(), clock.random("identity").uuid());
        let mut tasks = Vec::new();
        let leadership = match replicas {
            Replicas::One => Leadership::always(),
            Replicas::Many => {
                let (elector, leadership) = Elector::new(client, LeaseConfig::new(&namespace, LEASE, &identity));
                tasks.push(tokio::spawn(elector.run(shutdown.clone())));
                leadership
            }
        };
        let reporter = Reporter { component: "argocd-application-controller".into(), instance: identity.into() };
        let events = KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone());
        let environment = Environment {
            clock,
            clusters,
            leadership,
            events: Arc::new(events),
            metrics: metrics.clone(),
            views: views.clone(),
        };
        let parallel = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let offload = Offload::pool(parallel);
        let git: Arc<dyn GitSource> =
            Arc::new(Repositories::new(RepositoriesOptions::new(data.join("repositories")), offload.clone()));
        let options = Options { settings, ..Options::new(environment, git, offload) };
        let applications =
            Applications::new(options, shutdown.clone()).map_err(|error| Failure::new(error.to_string()))?;
        let sources = applications.counters();
        tasks.push(tokio::spawn(applications.run()));
        Ok(Controllers { views, metrics, sources, shutdown, tasks })
    }

    /// Lets them finish what they are at, and ends them.
    pub(crate) async fn stop(self) {
        self.shutdown.begin();
        for task in self.tasks {
            // A controller that panicked has said so already.
            let _ = task.await;
        }
    }
}

/// The machine's name, for the Lease and for events.
fn host_name() -> String {
    let from_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = from_kernel.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name = name.trim().to_owned();
    if name.is_empty() { "capstan".to_owned() } else { name }
}
