//! What can be wrong with a chart and with the options an application has for it.

use helm::{LoadError, RenderError, SourceError};
use tree::PathError;

/// What is wrong with a chart or its options. The words are those of the tools where they have any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartProblem {
    /// The chart cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The chart cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The values cannot be merged.
    #[error(transparent)]
    Values(#[from] SourceError),
    /// The version of Kubernetes is none.
    #[error("could not parse kubernetes version {text}: {error}")]
    KubeVersion {
        /// It.
        text: String,
        /// Why not.
        error: String,
    },
    /// No such Helm.
    #[error("helm version '{0}' is not supported; there are v3 and v4")]
    HelmVersion(String),
    /// A values file leads out of the repository.
    #[error("file '{file}' resolved to outside repository root: {error}")]
    Outside {
        /// As the application names it.
        file: String,
        /// How.
        error: PathError,
    },
    /// A values file with an address of another sort than is allowed.
    #[error(
        "the URL scheme '{scheme}' is not allowed for values files; allowed are: {allowed} (helm.valuesFileSchemes)"
    )]
    Scheme {
        /// What stands before the colon.
        scheme: String,
        /// Those that are.
        allowed: String,
    },
    /// A values file with an address that is allowed, and that nothing here fetches.
    #[error(
        "values files are fetched over http and https only: '{0}' needs a plugin of Helm's, and nothing is executed to render"
    )]
    SchemeNotFetched(String),
    /// A values file that does not exist.
    #[error("open {0}: no such file or directory; `ignoreMissingValueFiles` would skip it")]
    NoFile(String),
    /// A values file that is a directory.
    #[error("read {0}: is a directory")]
    IsDirectory(String),
    /// A pattern that matches nothing.
    #[error("values file glob {0:?} matched no files; `ignoreMissingValueFiles` would skip it")]
    NoMatch(String),
    /// A file of a source that is not there.
    #[error("source referenced {name:?}, {}", known_text(.known))]
    NoSource {
        /// The name, with its `$`.
        name: String,
        /// The names that are there.
        known: Vec<String>,
    },
    /// A file of a source that is a chart.
    #[error("source {0:?} has a 'chart' field defined, but Helm charts are not supported for 'ref' sources")]
    SourceIsChart(String),
    /// A file that could not be fetched.
    #[error("{url}: {cause}")]
    NotFetched {
        /// Its address, without credentials.
        url: String,
        /// Why.
        cause: String,
    },
    /// Chart.lock does not fit Chart.yaml.
    #[error(
        "the lock file ({lock}) is out of sync with the dependencies file ({declared}). Please update the dependencies with 'helm dependency update'"
    )]
    LockOutOfSync {
        /// The lock's file.
        lock: &'static str,
        /// The file with what it should fit.
        declared: &'static str,
    },
    /// A chart the chart needs could not be had.
    #[error("dependency {name}: {cause}")]
    Dependency {
        /// Its name.
        name: String,
        /// Why.
        cause: String,
    },
}

fn known_text(known: &[String]) -> String {
    if known.is_empty() {
        return "but no source has a 'ref' field defined".to_owned();
    }
    format!("which is not one of the available sources ({})", known.join(", "))
}
