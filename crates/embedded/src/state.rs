//! The file of a cluster's objects in its directory: how it is opened, and how it is made of a snapshot.

use crate::directory::{Directory, DirectoryError};
use apiserver::{ApiServer, OpenError, Snapshot};
use clock::Clock;
use std::path::PathBuf;
use std::time::Duration;

/// The file the objects are kept in.
pub(crate) const STATE: &str = "state.redb";

/// How often a file that is being closed is looked at again.
const CLOSING_TRIES: u32 = 100;
/// How long after the last look.
const CLOSING_PAUSE: Duration = Duration::from_millis(20);

/// Why a snapshot cannot be restored into a directory.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is a cluster already.
    #[error("{path} is a cluster's already; name another folder, or remove that file", path = .0.display())]
    Occupied(PathBuf),
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The file cannot be made.
    #[error(transparent)]
    State(#[from] OpenError),
}

/// Opens the state. A cluster of this process that has just ended may still be closing its file: that is waited for.
pub(crate) async fn open(directory: &Directory, clock: Clock) -> Result<ApiServer, OpenError> {
    let path = directory.path(STATE);
    for _ in 0..CLOSING_TRIES {
        match ApiServer::open(&path, clock.clone()) {
            Err(OpenError::InUse { .. }) => tokio::time::sleep(CLOSING_PAUSE).await,
            opened => return opened,
        }
    }
    ApiServer::open(&path, clock)
}

/// Puts a snapshot where there is no cluster yet.
pub(crate) fn restore(directory: &Directory, snapshot: &Snapshot) -> Result<(), RestoreError> {
    let path = directory.path(STATE);
    if path.exists() {
        return Err(RestoreError::Occupied(path));
    }
    Ok(snapshot.make_file(&path)?)
}
