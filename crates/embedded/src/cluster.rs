//! A running cluster.

use crate::directory::Directory;
use crate::forward::PodPorts;
use crate::https::HttpsServer;
use crate::kubeconfig::Kubeconfig;
use apiserver::{Api, ApiServer, Faults, Snapshot};
use std::net::SocketAddr;
use std::sync::Arc;
use workloads::Workloads;

/// A running cluster. Dropping it ends it without ceremony; [`Cluster::stop`] ends it cleanly.
pub struct Cluster(Parts);

/// What runs.
pub(crate) struct Parts {
    pub server: ApiServer,
    pub workloads: Workloads,
    pub https: Option<HttpsServer>,
    pub kubeconfig: Option<Kubeconfig>,
    pub token: Option<String>,
    /// Locked as long as the cluster lives.
    pub directory: Option<Directory>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cluster({:?}, {:?})", self.0.server, self.address())
    }
}

impl Cluster {
    pub(crate) fn new(parts: Parts) -> Self {
        Cluster(parts)
    }

    /// The API as a `tower::Service`: what `kube::Client::new` takes.
    #[must_use]
    pub fn service(&self) -> ApiServer {
        self.0.server.clone()
    }

    /// The API without HTTP, writing under that field manager's name.
    #[must_use]
    pub fn api(&self, manager: &str) -> Api {
        self.0.server.api(manager)
    }

    /// Changes what goes wrong between clients and the API server; `None`: nothing any more.
    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        self.0.server.set_faults(faults);
    }

    /// What clients see of a restart of the API server: watches break, and what was before is forgotten.
    pub fn interrupt(&self) {
        self.0.server.interrupt();
    }

    /// Forgets the past, as etcd's compaction does: watches from before must list again.
    pub fn compact(&self) {
        self.0.server.compact();
    }

    /// Everything the cluster holds, as of one revision: [`crate::Builder::snapshot`] goes on from it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.server.snapshot()
    }

    /// From now on connections to ports of pods are answered by these; only the first time that this is said counts.
    /// Nothing comes of it unless the cluster is served over HTTPS.
    pub fn answer_ports(&self, ports: Arc<dyn PodPorts>) {
        if let Some(https) = &self.0.https {
            // A cluster has one process, which knows what it answers for.
            let _ = https.answering.set(ports);
        }
    }

    /// How clients outside the process find the cluster; `None` unless it is served over HTTPS.
    #[must_use]
    pub fn kubeconfig(&self) -> Option<&Kubeconfig> {
        self.0.kubeconfig.as_ref()
    }

    /// The administrator's bearer token; `None` unless the cluster is served over HTTPS.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.token.as_deref()
    }

    /// Where it listens; `None` unless it is served over HTTPS.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.https.as_ref().map(HttpsServer::address)
    }

    /// Ends the cluster: connections close, the controllers finish what they are at, and what was written is durable.
    pub async fn stop(self) {
        let Parts { server, workloads, https, directory, .. } = self.0;
        if let Some(https) = https {
            https.stop().await;
        }
        workloads.stop().await;
        drop(server);
        drop(directory);
    }
}
