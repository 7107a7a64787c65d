//! What can be wrong with a source.

use crate::{ChartProblem, JsonnetError, KustomizationProblem, Origin};
use budget::Exceeded;
use object::ObjectError;
use tree::{PathError, TreeError, TreePath};
use yaml::YamlError;

/// What is wrong with a source, naming file, line and limit; never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The source's directory does not exist.
    #[error("{0}: app path does not exist")]
    NoPath(TreePath),
    /// The source's path is a file.
    #[error("{0}: app path is not a directory")]
    NotADirectory(TreePath),
    /// A path in the application leads out of the repository.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file could not be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The source says several tools.
    #[error("multiple application sources defined: {0}")]
    SeveralTools(String),
    /// A file that overrides the source's options says what they cannot be.
    #[error("{path}: error while parsing source parameters: {message}")]
    Override {
        /// The file.
        path: TreePath,
        /// What is wrong.
        message: String,
    },
    /// A file is not YAML.
    #[error("{path}: {error}")]
    Yaml {
        /// The file.
        path: TreePath,
        /// What is wrong, with its line.
        error: YamlError,
    },
    /// A file is not JSON.
    #[error("{path}: line {line}, column {column}: not valid JSON")]
    Json {
        /// The file.
        path: TreePath,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A JSON file holds more than one object.
    #[error("{0}: found multiple objects; only single objects are allowed in JSON files")]
    ManyJsonObjects(TreePath),
    /// A document is no Kubernetes object.
    #[error("{origin}: {error}")]
    NotAnObject {
        /// Where the document begins.
        origin: Origin,
        /// What is missing.
        error: ObjectError,
    },
    /// All manifests together are too large.
    #[error(
        "{path}: the manifests in this directory have more than {bytes_max} bytes together (limit: combined manifest size)"
    )]
    TooLarge {
        /// The file with which the limit was passed.
        path: TreePath,
        /// The limit.
        bytes_max: u64,
    },
    /// A limit of the whole render was exceeded.
    #[error("{path}: {exceeded}")]
    Limit {
        /// The file being read.
        path: TreePath,
        /// The limit.
        exceeded: Exceeded,
    },
    /// A pattern is malformed.
    #[error("{field}: {pattern:?} is not a valid pattern")]
    Pattern {
        /// The option it stands in.
        field: &'static str,
        /// The pattern as written.
        pattern: String,
    },
    /// Jsonnet that has no value.
    #[error("{}", in_file(path, error))]
    Jsonnet {
        /// The file that was evaluated.
        path: TreePath,
        /// Why.
        error: JsonnetError,
    },
    /// Jsonnet where nothing evaluates it.
    #[error("{0}: nothing here evaluates Jsonnet")]
    NoJsonnet(TreePath),
    /// A chart, or the options for it.
    #[error("{path}: {error}")]
    Chart {
        /// The source's directory.
        path: TreePath,
        /// What is wrong.
        error: ChartProblem,
    },
    /// A kustomization, or the options for it.
    #[error("{path}: {error}")]
    Kustomization {
        /// The source's directory.
        path: TreePath,
        /// What is wrong.
        error: KustomizationProblem,
    },
    /// The source needs a plugin.
    #[error(
        "{path}: the config management plugin {name:?} is not run by this version of Capstan; commit the manifests it makes"
    )]
    Plugin {
        /// The source's directory.
        path: TreePath,
        /// The plugin's name; empty where it is to be found by discovery.
        name: String,
    },
}

/// An error that says its own place is not given another one.
fn in_file(path: &TreePath, error: &JsonnetError) -> String {
    match error {
        JsonnetError::Program { .. } => error.to_string(),
        JsonnetError::Elsewhere(_) | JsonnetError::Limit { .. } => format!("{path}: {error}"),
    }
}
