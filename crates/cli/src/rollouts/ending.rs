//! How these commands end when they fail: `Error: …` on standard error, and always 1. A leaf module.

use crate::failure::Failure;
use crate::terminal;
use cluster::ClusterError;

/// The exit code of every failure.
const FAILED: u8 = 1;

/// A failure with this message.
pub(super) fn failed(message: impl Into<String>) -> Failure {
    Failure::with_code(FAILED, message)
}

/// What a cluster refused.
pub(super) fn refused_by(error: &ClusterError) -> Failure {
    failed(error.to_string())
}

/// Tells what went wrong; what is left is the exit code.
pub(super) fn told(outcome: Result<(), Failure>) -> Result<(), Failure> {
    outcome.map_err(|failure| {
        if !failure.message.is_empty() {
            terminal::note(&format!("Error: {}", failure.message));
        }
        Failure::with_code(failure.code, "")
    })
}
