//! What is wrong with a Rollout and what it refers to: the one problem that is shown. Pure.

use crate::observed::Seen;
use strategy::validation::validate_references;

/// The first problem; `None` when all is well.
#[must_use]
pub fn problem(seen: &Seen) -> Option<String> {
    if let Some(problem) = &seen.spec.problem {
        return Some(problem.clone());
    }
    validate_references(&seen.rollout, &seen.references()).into_iter().next().map(|error| error.to_string())
}
