//! Why something was not delivered, and what to do about it. A leaf module.

use std::time::Duration;

/// Why something was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may work later.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
        /// How long the service asks to be left alone.
        after: Option<Duration>,
    },
    /// It never will, and need not: the service has had enough of this one.
    #[error("{0}")]
    Dropped(String),
}

impl SendError {
    /// It may work later.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        SendError::Failed { message: message.into(), after: None }
    }
}

impl From<String> for SendError {
    fn from(message: String) -> Self {
        SendError::failed(message)
    }
}

impl From<&str> for SendError {
    fn from(message: &str) -> Self {
        SendError::failed(message)
    }
}
