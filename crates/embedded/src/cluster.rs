//! A running cluster.

use crate::builder::Builder;
use apiserver::{Api, ApiServer, Faults};
use std::sync::Arc;
use workloads::Workloads;

/// A running cluster. Dropping it ends it without ceremony; [`Cluster::stop`] ends it cleanly.
#[derive(Debug)]
pub struct Cluster {
    server: ApiServer,
    workloads: Workloads,
}

impl Cluster {
    /// Begins to describe a cluster.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(server: ApiServer, workloads: Workloads) -> Self {
        Cluster { server, workloads }
    }

    /// The API as a `tower::Service`: what `kube::Client::new` takes.
    #[must_use]
    pub fn service(&self) -> ApiServer {
        self.server.clone()
    }

    /// The API without HTTP, writing under that field manager's name.
    #[must_use]
    pub fn api(&self, manager: &str) -> Api {
        self.server.api(manager)
    }

    /// Changes what goes wrong between clients and the API server; `None`: nothing any more.
    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        self.server.set_faults(faults);
    }

    /// Forgets the past, as etcd's compaction does: watches from before must list again.
    pub fn compact(&self) {
        self.server.compact();
    }

    /// Ends the cluster: the controllers finish what they are at.
    pub async fn stop(self) {
        self.workloads.stop().await;
    }
}
