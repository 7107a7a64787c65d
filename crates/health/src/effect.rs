//! What actions write, and why they cannot.

use serde_json::Value;

/// What an action writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make this object.
    Create(Value),
    /// Merge this into the object.
    Patch(Value),
    /// Merge this into the object's status.
    PatchStatus(Value),
}

/// Why an action cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// The kind has no such action.
    #[error("action {action:?} is not known for {kind}; it has: {known}")]
    Unknown {
        /// What was asked for.
        action: String,
        /// The kind.
        kind: String,
        /// What there is.
        known: String,
    },
    /// It would change nothing.
    #[error("action {0:?} is disabled: the object is so already")]
    Disabled(&'static str),
    /// A parameter is missing or cannot be read.
    #[error("parameter {0:?} is missing or no whole number of 0 or more")]
    Parameter(&'static str),
    /// Nothing that is asked for is there.
    #[error("Could not find a healthy instance matching the criteria: {0}; name one of the healthy ones, or any")]
    NoInstance(String),
}
