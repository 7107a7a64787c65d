//! What is wrong with a kustomization, in the original's words where it has any.

use budget::Exceeded;
use tree::TreeError;

/// Why a build stopped. The message is a chain from the outermost kustomization to the cause, as the original prints it;
/// it names files, fields and limits, never their content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// The whole message.
    pub message: String,
}

/// The sorts of problem, as far as somebody might treat them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The kustomization, a resource or a patch says something that cannot be done.
    Invalid,
    /// A file or directory is not there.
    Missing,
    /// A file outside of what may be read, an executable, a container: refused whatever it holds.
    Refused,
    /// A text that is no YAML.
    Malformed,
    /// A counted limit.
    Limit,
    /// The store behind the files, or what fetches remote bases and charts, failed.
    Store,
}

/// What every step of a build gives.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Problem { kind, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Problem::new(ProblemKind::Invalid, message)
    }

    /// The same problem, seen from further outside.
    pub(crate) fn within(self, prefix: impl std::fmt::Display) -> Self {
        Problem { kind: self.kind, message: format!("{prefix}: {}", self.message) }
    }
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        Problem::new(ProblemKind::Limit, exceeded.to_string())
    }
}

impl From<TreeError> for Problem {
    fn from(error: TreeError) -> Self {
        let kind = match &error {
            TreeError::Absent(_) | TreeError::WrongKind { .. } => ProblemKind::Missing,
            TreeError::TooLarge { .. } => ProblemKind::Limit,
            TreeError::Escapes { .. } | TreeError::TooManyLinks { .. } => ProblemKind::Refused,
            TreeError::Store { .. } => ProblemKind::Store,
        };
        Problem::new(kind, error.to_string())
    }
}
