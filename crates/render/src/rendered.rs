//! What a render gives.

use crate::SourceType;
use budget::Exceeded;
use object::{Object, ObjectError};
use tree::{PathError, ReadSet, TreeError, TreePath};
use yaml::YamlError;

/// The result of rendering one source.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The manifests, in the order of their files.
    pub objects: Vec<Manifest>,
    /// What is wrong with the source; when there is anything, the objects are not to be trusted.
    pub problems: Vec<Problem>,
    /// What was read, absences included.
    pub reads: ReadSet,
    /// Which tool rendered it, where that could be told.
    pub source_type: Option<SourceType>,
}

/// One object and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The object as the source declares it.
    pub object: Object,
    /// Its file and line.
    pub origin: Origin,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, from the root of the repository.
    pub path: TreePath,
    /// The line the object begins at, from 1.
    pub line: u32,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

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
    /// An include or exclude pattern is malformed.
    #[error("spec.source.directory.{field}: {pattern:?} is not a valid pattern")]
    Pattern {
        /// `include` or `exclude`.
        field: &'static str,
        /// The pattern as written.
        pattern: String,
    },
    /// The source needs a tool that is not built in.
    #[error("{path}: this is a {source_type} source, which this version of Capstan cannot render yet")]
    Unsupported {
        /// The source's directory.
        path: TreePath,
        /// The tool.
        source_type: SourceType,
    },
    /// A file needs a tool that is not built in.
    #[error("{0}: Jsonnet files cannot be rendered by this version of Capstan yet")]
    Jsonnet(TreePath),
}
