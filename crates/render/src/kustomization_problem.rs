//! What can be wrong with a kustomization and with the options an application has for it.

use kustomize::Problem;

/// What is wrong with a kustomization or its options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KustomizationProblem {
    /// It cannot be built.
    #[error(transparent)]
    Build(#[from] Problem),
    /// A number of replicas is none.
    #[error("replicas of {name}: expected integer value for count. Received: {count}")]
    Replicas {
        /// Whose.
        name: String,
        /// What stands there.
        count: String,
    },
    /// No such Kustomize.
    #[error(
        "kustomize version {0} is not registered; one version is built in: leave `version` empty, or declare kustomize.buildOptions.{0}"
    )]
    Version(String),
    /// An option of a build that is none, or that runs programs.
    #[error("{0}")]
    BuildOption(String),
}
