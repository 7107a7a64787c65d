//! The names under which other programs find these commands. A leaf module.

/// The name by which kubectl finds the commands: `kubectl argo rollouts …`.
pub(crate) const BINARY: &str = "kubectl-argo-rollouts";
/// The name by which kubectl finds what completes their arguments.
pub(crate) const COMPLETER: &str = "kubectl_complete-argo-rollouts";
/// The command that completes arguments.
pub(crate) const COMPLETE: &str = "__complete";
