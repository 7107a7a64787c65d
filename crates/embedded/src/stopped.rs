//! A cluster that does not run: what its directory holds, and what may be put into it.

use crate::directory::{Directory, DirectoryError};
use crate::state::{self, RestoreError, STATE};
use apiserver::{ApiServer, OpenError, Snapshot};
use clock::Clock;
use std::path::Path;

/// The directory of a cluster that does not run, locked as long as this lives.
#[derive(Debug)]
pub struct StoppedCluster {
    directory: Directory,
}

impl StoppedCluster {
    /// Locks a directory that holds a cluster.
    ///
    /// # Errors
    /// When the cluster runs, or there is none.
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        if !path.join(STATE).is_file() {
            return Err(DirectoryError::Empty(path.to_owned()));
        }
        Ok(StoppedCluster { directory: Directory::open(path)? })
    }

    /// Everything it holds.
    ///
    /// # Errors
    /// When its file cannot be used; the message says what to do.
    pub fn snapshot(&self) -> Result<Snapshot, OpenError> {
        Snapshot::of_file(&self.directory.path(STATE))
    }

    /// Its API server without controllers: what is written is acted on when the cluster starts.
    ///
    /// # Errors
    /// When its file cannot be used; the message says what to do.
    pub async fn server(&self, clock: Clock) -> Result<ApiServer, OpenError> {
        state::open(&self.directory, clock).await
    }
}

/// Puts a snapshot into a directory that holds no cluster yet.
///
/// # Errors
/// When there is one, or the file cannot be made; then nothing is left behind.
pub fn restore(snapshot: &Snapshot, directory: &Path) -> Result<(), RestoreError> {
    state::restore(&Directory::open(directory)?, snapshot)
}
