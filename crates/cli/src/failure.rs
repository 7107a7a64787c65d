//! How a command ends when it does not succeed: one message and an exit code that scripts know.

use std::fmt;

/// A command that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub code: u8,
    /// What went wrong and what to do next; empty when the output has said it all.
    pub message: String,
}

/// argocd's code for any error of the server or of the command itself.
const GENERIC: u8 = 20;

impl Failure {
    /// An error, with the code argocd ends with.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Failure { code: GENERIC, message: message.into() }
    }

    /// An end with another code.
    pub(crate) fn with_code(code: u8, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<cluster::ClusterError> for Failure {
    fn from(error: cluster::ClusterError) -> Self {
        Failure::new(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::new(error.to_string())
    }
}
