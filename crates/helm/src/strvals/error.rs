//! What is wrong with a text of `--set`.

/// What is wrong with a text. The words are Helm's, so are those of limits it has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StrvalsError(String);

impl From<String> for StrvalsError {
    fn from(text: String) -> Self {
        StrvalsError(text)
    }
}

impl From<&str> for StrvalsError {
    fn from(text: &str) -> Self {
        StrvalsError(text.to_owned())
    }
}
