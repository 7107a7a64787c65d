//! Why a chart cannot be loaded.

use super::limits::{CHART_BYTES_MAX, CHART_DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX};
use crate::chart::ValidationError;
use budget::Exceeded;
use tree::{TreeError, TreePath};

/// Why a chart cannot be loaded. The texts are Helm's where Helm has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file that says what the chart is, is not there.
    #[error("Chart.yaml file is missing")]
    NoChartFile,
    /// The same, as Helm 4 says it of a folder.
    #[error("unable to detect chart at {0}: open {0}: no such file or directory")]
    Undetected(TreePath),
    /// What Chart.yaml says is not acceptable.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// A file with a meaning cannot be read.
    #[error("cannot load {file}: {cause}")]
    File {
        /// Which.
        file: &'static str,
        /// Go's error.
        cause: String,
    },
    /// A chart inside the chart cannot be loaded.
    #[error("error unpacking subchart {name} in {parent}: {cause}")]
    Subchart {
        /// Its entry in charts/.
        name: String,
        /// The chart that holds it.
        parent: String,
        /// Why not.
        cause: Box<LoadError>,
    },
    /// An archive's entry has the wrong name.
    #[error("error unpacking subchart tar in {parent}: expected {expected}, got {found}")]
    MisplacedArchive {
        /// The chart that holds it.
        parent: String,
        /// The archive's name.
        expected: String,
        /// Where it lies.
        found: String,
    },
    /// What .helmignore says is no pattern.
    #[error("{0}")]
    Ignore(String),
    /// A file's size.
    #[error("chart file {name:?} is larger than the maximum file size {FILE_BYTES_MAX}")]
    FileTooLarge {
        /// The file's name.
        name: String,
    },
    /// A file's size, in an archive.
    #[error("decompressed chart file {name:?} is larger than the maximum file size {FILE_BYTES_MAX}")]
    PackedFileTooLarge {
        /// The file's path in the archive.
        name: String,
    },
    /// All files together.
    #[error("decompressed chart is larger than the maximum file size {CHART_BYTES_MAX}")]
    ChartTooLarge,
    /// A link that leads to nothing.
    #[error("error evaluating symlink {link}: lstat {missing}: no such file or directory")]
    BrokenLink {
        /// The link.
        link: TreePath,
        /// What is not there.
        missing: TreePath,
    },
    /// Neither a file nor a folder nor a link to one.
    #[error("cannot load irregular file {0} as it has file mode type bits set")]
    Irregular(String),
    /// Something is wrong with an archive.
    #[error("{0}")]
    Archive(String),
    /// The number of files.
    #[error("the chart has more than {FILES_MAX} files (limit: files {FILES_MAX})")]
    TooManyFiles,
    /// Charts in charts.
    #[error("charts are nested deeper than {CHART_DEPTH_MAX} (limit: chart depth {CHART_DEPTH_MAX})")]
    TooDeep,
    /// The tree says no.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A counted limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}
