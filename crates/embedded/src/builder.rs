//! How a cluster is to be, and its start.

use crate::cluster::Cluster;
use apiserver::{ApiServer, Faults};
use clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use workloads::{Node, Options, Workloads};

/// Collects what a cluster is to be like. Everything has a default: two nodes, in memory, in process.
#[derive(Default)]
pub struct Builder {
    clock: Option<Clock>,
    options: Options,
    faults: Option<Arc<dyn Faults>>,
}

/// Why a cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Builder({} nodes)", self.options.nodes.len())
    }
}

/// The names of nodes that are only counted.
fn numbered(count: u8) -> Vec<Node> {
    (0..count).map(|number| Node::numbered(&format!("node-{number}"), number)).collect()
}

impl Builder {
    /// The clock everything goes by; the machine's own if none is given. With a simulated clock on Tokio's paused
    /// time the same requests give the same cluster.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// These nodes.
    #[must_use]
    pub fn nodes(mut self, nodes: Vec<Node>) -> Self {
        self.options.nodes = nodes;
        self
    }

    /// So many large nodes, `node-0` and so on, in two zones.
    #[must_use]
    pub fn node_count(self, count: u8) -> Self {
        self.nodes(numbered(count))
    }

    /// How long pods take until they run; 0 is allowed.
    #[must_use]
    pub fn pod_delay(mut self, delay: Duration) -> Self {
        self.options.pods.start = delay;
        self
    }

    /// How pods behave that say nothing of their own.
    #[must_use]
    pub fn pods(mut self, pods: workloads::kubelet::Defaults) -> Self {
        self.options.pods = pods;
        self
    }

    /// What goes wrong between clients and the API server.
    #[must_use]
    pub fn faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Starts the cluster.
    ///
    /// Assumption: called inside a Tokio runtime.
    ///
    /// # Errors
    /// When it cannot start; the text says what to do.
    pub async fn start(self) -> Result<Cluster, StartError> {
        let server = ApiServer::in_memory(self.clock.unwrap_or_else(Clock::system));
        server.set_faults(self.faults);
        let workloads = Workloads::start(&server.api("kube-controller-manager"), self.options);
        Ok(Cluster::new(server, workloads))
    }
}
