//! How clients outside the process find the cluster.

use std::path::{Path, PathBuf};

/// A kubeconfig of the cluster's administrator. It holds secrets: its `Debug` form does not show them.
#[derive(Clone)]
pub struct Kubeconfig {
    text: String,
    path: Option<PathBuf>,
}

impl std::fmt::Debug for Kubeconfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kubeconfig({:?})", self.path)
    }
}

impl Kubeconfig {
    pub(crate) fn new(text: String, path: Option<PathBuf>) -> Self {
        Kubeconfig { text, path }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it was written; `None` when the cluster has no directory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}
