//! The embedded cluster as a command starts it: on a directory, over HTTPS on loopback.

use crate::connection::DEFAULT_DATA;
use crate::failure::Failure;
use clap::Args;
use clock::Clock;
use embedded::Cluster;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The flags that say what the cluster is to be like.
#[derive(Debug, Clone, Args)]
pub(crate) struct ClusterFlags {
    /// Folder for the cluster's state, credentials and kubeconfig
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    pub data: PathBuf,
    /// Address to serve the Kubernetes API on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6443")]
    pub api: SocketAddr,
    /// Forget what the folder holds from before, its credentials excepted
    #[arg(long)]
    pub fresh: bool,
    /// How many simulated nodes there are
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub nodes: u8,
    /// Milliseconds a simulated pod takes until it runs
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pub pod_delay_ms: u64,
}

impl ClusterFlags {
    /// Starts the cluster.
    pub(crate) async fn start(&self, clock: &Clock) -> Result<Cluster, embedded::StartError> {
        let mut builder = Cluster::builder()
            .clock(clock.clone())
            .data_dir(&self.data)
            .https(self.api)
            .node_count(self.nodes)
            .pod_delay(Duration::from_millis(self.pod_delay_ms));
        if self.fresh {
            builder = builder.fresh();
        }
        builder.start().await
    }
}

/// A start that failed, with the next step.
pub(crate) fn explain(error: &embedded::StartError) -> Failure {
    let next = match error.taken_address() {
        Some(_) => ": --api 127.0.0.1:0 takes a free one",
        None => "",
    };
    Failure::with_code(1, format!("{error}{next}"))
}

/// Lines that say where the cluster is and how to reach it.
pub(crate) fn whereabouts(cluster: &Cluster) -> String {
    let address = cluster.address().map(|address| format!("https://{address}")).unwrap_or_default();
    let path = cluster.kubeconfig().and_then(|kubeconfig| kubeconfig.path());
    let path = path.map(|path| path.display().to_string()).unwrap_or_default();
    format!("  Kubernetes API  {address}\n  kubeconfig      {path}\n\n  export KUBECONFIG={path}\n")
}
