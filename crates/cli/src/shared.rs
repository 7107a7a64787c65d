//! What every controller of this process gets.

use clock::Clock;
use cluster::{ClusterClient, Clusters};
use controller::{Elector, Environment, KubeEvents, Leadership, LeaseConfig, Metrics, Reporter, Shutdown, Views};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Whether other replicas may act too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replicas {
    /// There is only this one.
    One,
    /// There may be others: who holds the Lease acts.
    Many,
}

/// What every controller of this process gets.
pub(crate) struct Shared {
    pub client: ClusterClient,
    pub clock: Clock,
    pub metrics: Metrics,
    pub views: Views,
    pub shutdown: Shutdown,
    pub replicas: Replicas,
    pub identity: String,
}

impl Shared {
    /// Whether one kind of controller may act, as its Lease says.
    pub(crate) fn leadership(&self, namespace: &str, lease: &str, tasks: &mut Vec<JoinHandle<()>>) -> Leadership {
        match self.replicas {
            Replicas::One => Leadership::always(),
            Replicas::Many => {
                let config = LeaseConfig::new(namespace, lease, &self.identity);
                let (elector, leadership) = Elector::new(self.client.clone(), config);
                tasks.push(tokio::spawn(elector.run(self.shutdown.clone())));
                leadership
            }
        }
    }

    pub(crate) fn environment(&self, clusters: Clusters, leadership: Leadership, component: &str) -> Environment {
        let reporter = Reporter { component: component.into(), instance: self.identity.as_str().into() };
        let events = KubeEvents::start(clusters.clone(), self.clock.clone(), reporter, self.metrics.clone());
        Environment {
            clock: self.clock.clone(),
            clusters,
            leadership,
            events: Arc::new(events),
            metrics: self.metrics.clone(),
            views: self.views.clone(),
        }
    }
}
