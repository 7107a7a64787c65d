//! What judging an object gives.

use api::HealthStatusCode;

/// How well something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In one word.
    pub status: HealthStatusCode,
    /// In more words; may be empty.
    pub message: String,
}

impl Health {
    /// A health with words.
    #[must_use]
    pub fn new(status: HealthStatusCode, message: impl Into<String>) -> Self {
        Health { status, message: message.into() }
    }
}

/// Why a health could not be found out. The object's health is then [`HealthError::health`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HealthError {
    /// The kind is known, but not in this version.
    #[error("unsupported {kind} GVK: {gvk}")]
    Version {
        /// What upstream calls the kind.
        kind: &'static str,
        /// The version it came in.
        gvk: String,
    },
    /// A field holds what cannot be read.
    #[error("failed to convert {0} to typed")]
    Field(&'static str),
    /// A custom rule failed.
    #[error("{0}")]
    Override(String),
}

impl HealthError {
    /// What the object's health is while it cannot be found out.
    #[must_use]
    pub fn health(&self) -> Health {
        Health::new(HealthStatusCode::Unknown, self.to_string())
    }
}
