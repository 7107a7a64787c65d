//! What makes commits durable: a seam between the store in memory and a file.

use bytes::Bytes;
use tokio::sync::watch;

/// One commit as it is written down.
#[derive(Debug, Clone)]
pub struct Record {
    /// The store's revision of the commit.
    pub revision: u64,
    /// `group/resource` and the object's key, separated by a NUL.
    pub path: String,
    /// The object's JSON text; `None` when it was removed.
    pub raw: Option<Bytes>,
}

/// How far the journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Everything up to this revision survives the process.
    Durable(u64),
    /// Writing failed; nothing later will be durable. The text says what to do.
    Failed(String),
}

/// Takes commits in order and tells when they are durable.
pub trait Journal: Send + Sync + std::fmt::Debug {
    /// Takes the next commit. Must not block: it is called under the store's lock.
    fn append(&self, record: Record);

    /// Follows the progress.
    fn progress(&self) -> watch::Receiver<Progress>;
}
