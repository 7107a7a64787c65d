//! A repository's files as data. Rendering reads a [`Tree`] and nothing else: no working copy, no operating system.
//!
//! [`Recording`] wraps a tree and notes all that was read — files, listings and *absences* — so that a later commit
//! which touched none of it need not be rendered again ([`ReadSet::unchanged_in`]). Start reading at [`Tree`].

mod memory;
mod path;
mod read_set;
mod resolve;

pub use memory::MemoryTree;
pub use path::{PathError, TreePath};
pub use read_set::{Read, ReadSet, Recording};
pub use resolve::{LINKS_MAX, resolve};

use bytes::Bytes;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// File, directory, link or submodule.
    pub kind: EntryKind,
    /// Identity of the content: equal ids mean equal content, for directories of everything below.
    pub id: EntryId,
}

/// The kinds of entry a Git tree knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; its content is the target path.
    Symlink,
    /// A commit of another repository.
    Submodule,
}

/// Content identity: a Git object id or a digest, as bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(Box<[u8]>);

impl EntryId {
    /// The identity with these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        EntryId(bytes.into())
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for EntryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// Why something could not be read. Never carries file content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Nothing stands at that path.
    #[error("{0}: no such file or directory")]
    Absent(TreePath),
    /// Something else stands there than was asked for.
    #[error("{path}: is a {found:?}, not a {expected:?}")]
    WrongKind {
        /// Where.
        path: TreePath,
        /// What stands there.
        found: EntryKind,
        /// What was asked for.
        expected: EntryKind,
    },
    /// The file is larger than the caller allows.
    #[error("{path}: larger than {bytes_max} bytes")]
    TooLarge {
        /// Which file.
        path: TreePath,
        /// The bound it exceeded.
        bytes_max: u64,
    },
    /// A link leads out of the tree.
    #[error("{path}: symbolic link leads out of the repository")]
    Escapes {
        /// The link.
        path: TreePath,
    },
    /// Links lead to links too many times.
    #[error("{path}: more than {LINKS_MAX} symbolic links in a row")]
    TooManyLinks {
        /// Where it was noticed.
        path: TreePath,
    },
    /// The store behind the tree failed.
    #[error("{path}: {cause}")]
    Store {
        /// What was being read.
        path: TreePath,
        /// What the store said.
        cause: String,
    },
}

/// Files of one commit, chart or upload, read by path.
///
/// Guarantees: immutable; the same path always gives the same answer. Links are *not* followed by these three methods;
/// [`resolve`] does that, inside the tree only.
pub trait Tree: Send + Sync {
    /// What stands at `path`, `None` when nothing does. The root is a directory.
    ///
    /// # Errors
    /// [`TreeError::Store`] when the store fails.
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError>;

    /// The content of the file, or the target of the link, at `path`.
    ///
    /// # Errors
    /// Absent, of another kind, or larger than `bytes_max` — told without reading the content.
    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError>;

    /// The names in the directory at `path`, sorted by bytes.
    ///
    /// # Errors
    /// Absent or not a directory.
    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError>;
}
