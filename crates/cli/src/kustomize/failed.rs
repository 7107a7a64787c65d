//! A build that failed, as kustomize ends.

use crate::failure::Failure;
use crate::terminal;

/// The code with which kustomize ends when it fails.
const FAILED: u8 = 1;

/// How kustomize says it.
pub(super) fn failed(problem: &impl std::fmt::Display) -> Failure {
    terminal::note(&format!("Error: {problem}"));
    Failure::with_code(FAILED, "")
}
