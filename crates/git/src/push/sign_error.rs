//! Why a commit cannot be signed.

/// The commit cannot be signed. Never quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the commit cannot be signed: {0}")]
pub struct SignError(pub String);
