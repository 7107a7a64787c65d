//! An in-process Kubernetes: one line in a test, one command on a laptop.
//!
//! ```no_run
//! # async fn example() -> Result<(), embedded::StartError> {
//! let cluster = embedded::Cluster::builder().start().await?;
//! // kube::Client::new(cluster.service(), "default")
//! # cluster.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Puts an API server, its controllers, scheduler and simulated nodes together, in memory or on a directory, in
//! process or over HTTPS on loopback. Knows nothing of GitOps. Start reading at [`Builder`] and [`Cluster`].

mod authentication;
mod builder;
mod cluster;
mod credentials;
mod directory;
mod forward;
mod https;
mod kubeconfig;
mod provider;
mod state;
mod stopped;

pub use builder::{Builder, StartError};
pub use cluster::Cluster;
pub use credentials::CredentialsError;
pub use directory::DirectoryError;
pub use forward::PodPorts;
pub use https::HttpsError;
pub use kubeconfig::Kubeconfig;
pub use provider::install_crypto_provider;
pub use state::RestoreError;
pub use stopped::{StoppedCluster, restore};

pub use apiserver::{
    Admission, AdmissionRequest, AnswerFault, Api, ApiError, ApiServer, Cause, Event, EventFault, Faults,
    GroupResource, Object, Operation, RequestFault, RequestSummary, SNAPSHOT_PATH, Snapshot, SnapshotError, User,
    WatchFrom, resources,
};
pub use workloads::kubelet::{Defaults as PodDefaults, Rules as PodRules};
pub use workloads::{Measured, Metrics, Node};
