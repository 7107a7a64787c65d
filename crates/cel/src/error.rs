//! Why an expression has no value.

/// Why an expression has no value. Shown as upstream's evaluator shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// No overload takes these arguments: only when types were left open.
    #[error("no such overload")]
    NoSuchOverload,
    /// A key or a field is not there.
    #[error("no such key: {0}")]
    NoSuchKey(String),
    /// A variable has no value.
    #[error("no such attribute(s): {0}")]
    NoSuchAttribute(String),
    /// An index beyond the list.
    #[error("index out of bounds: {0}")]
    OutOfBounds(i64),
    /// More was spent than the limit of one call.
    #[error("operation cancelled: actual cost limit exceeded")]
    CostLimit,
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl EvalError {
    pub(crate) fn other(message: impl Into<String>) -> Self {
        EvalError::Other(message.into())
    }
}
