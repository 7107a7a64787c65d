//! What can be wrong with a filter, and with running it.

use budget::Exceeded;

/// A filter that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {what}")]
pub struct ParseError {
    /// Where, counted from 1.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

/// A filter that fails on a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// jq's own error.
    #[error("{0}")]
    Raised(String),
    /// The filter makes something new where a place in the value is needed.
    #[error("invalid path expression: the filter makes a value instead of picking one")]
    NoPath,
    /// A limit was exceeded.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
}

/// An error of the filter's own.
pub(crate) fn raised(message: impl Into<String>) -> RunError {
    RunError::Raised(message.into())
}
