//! The embedded cluster of a folder, whether its process runs or not.

use crate::failure::Failure;
use clock::Clock;
use cluster::ClusterClient;
use embedded::{DirectoryError, StoppedCluster};
use std::path::Path;

/// What a folder's cluster does.
pub(super) enum Found {
    /// It answers.
    Running(ClusterClient),
    /// Its folder is ours as long as this lives.
    Stopped(StoppedCluster),
}

/// Looks which: who runs has its folder locked, and a kubeconfig in it.
pub(super) async fn find(folder: &Path, clock: &Clock) -> Result<Found, Failure> {
    let failed = |error: String| Failure::with_code(1, error);
    match StoppedCluster::open(folder) {
        Ok(stopped) => Ok(Found::Stopped(stopped)),
        Err(DirectoryError::InUse(_)) => {
            let kubeconfig = folder.join("kubeconfig");
            let client = ClusterClient::from_kubeconfig(Some(&kubeconfig), None, clock).await;
            Ok(Found::Running(client.map_err(|error| failed(error.to_string()))?))
        }
        Err(DirectoryError::Empty(_)) => {
            let next = "`capstan cluster up` starts one; --data names another folder";
            Err(failed(format!("{} holds no cluster; {next}", folder.display())))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}
