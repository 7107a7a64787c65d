//! What is wrong with a Chart.yaml that can be read.

/// What is wrong with Chart.yaml, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("validation: {0}")]
pub struct ValidationError(pub(crate) String);

pub(crate) fn invalid(message: impl Into<String>) -> Result<(), ValidationError> {
    Err(ValidationError(message.into()))
}
