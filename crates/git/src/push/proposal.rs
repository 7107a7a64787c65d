//! What is to be pushed, and what came of it.

use super::sign_error::SignError;
use super::signer::Signer;
use crate::change::Change;
use crate::commit::Signature;
use crate::error::GitError;
use crate::oid::Oid;

/// A commit to be made and pushed.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The branch to push, without `refs/heads/`.
    pub branch: String,
    /// Where the branch is; `None` where it is to be made.
    pub expected: Option<Oid>,
    /// The commit that is followed: where the branch is, or what a new branch begins at. It must have been fetched.
    pub parent: Oid,
    /// What changes, by path.
    pub changes: Vec<(String, Change)>,
    /// The message.
    pub message: String,
    /// Who makes it, and when.
    pub author: Signature,
    /// Who signs it.
    pub signer: Option<Signer>,
}

/// What was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// This commit.
    Commit(Oid),
    /// Nothing: the changes are there already.
    Nothing,
}

/// Why nothing was pushed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The branch is not where it was: read anew and propose again.
    #[error("{repository}: branch {branch} has moved meanwhile")]
    Moved {
        /// The repository.
        repository: String,
        /// The branch.
        branch: String,
    },
    /// The server does not take it: a protected branch, a hook, a rule.
    #[error("{repository}: branch {branch} does not take the commit: {message}")]
    Refused {
        /// The repository.
        repository: String,
        /// The branch.
        branch: String,
        /// The server's words.
        message: String,
    },
    /// The commit cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The repository cannot be reached or read.
    #[error(transparent)]
    Git(#[from] GitError),
}
