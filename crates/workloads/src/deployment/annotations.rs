//! The annotations a Deployment keeps its books in.

/// The number of a ReplicaSet among those of its Deployment; on the Deployment, that of the current one.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// Numbers the ReplicaSet had before, separated by commas.
pub(super) const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The Deployment's replicas when the ReplicaSet was last scaled.
pub(super) const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// The same with the surge.
pub(super) const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
