//! A chart from where it lies: a folder of a tree, or an archive. Nothing is taken from the operating system, and every
//! file is counted.
//!
//! Start reading at [`load`]; `assemble` gives each file its meaning.

mod archive;
mod assemble;
mod directory;
mod ignore;
mod wildcard;

pub(crate) use wildcard::wildcard;

use crate::chart::{Chart, ValidationError};
use crate::profile::Profile;
use crate::warning::Warning;
use budget::{Budget, Exceeded};
use bytes::Bytes;
use tree::{EntryKind, Tree, TreeError, TreePath};

/// The largest file of a chart, as Helm has it.
pub const FILE_BYTES_MAX: u64 = 5 << 20;

/// The largest chart, unpacked, as Helm has it.
pub const CHART_BYTES_MAX: u64 = 100 << 20;

/// The most files of one folder or archive. The largest public charts have a few hundred.
pub const FILES_MAX: usize = 20_000;

/// How deep charts may lie in charts. Helm knows no bound; public charts reach five.
pub const CHART_DEPTH_MAX: u32 = 32;

/// A file on its way into a chart.
#[derive(Debug, Clone)]
pub(crate) struct RawFile {
    pub(crate) name: String,
    pub(crate) data: Bytes,
}

/// What was loaded, and what Helm would warn of.
#[derive(Debug)]
pub struct Loaded {
    /// The chart.
    pub chart: Chart,
    /// What to tell.
    pub warnings: Vec<Warning>,
}

/// Why a chart cannot be loaded. The texts are Helm's where Helm has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file that says what the chart is, is not there.
    #[error("Chart.yaml file is missing")]
    NoChartFile,
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

/// Loads the chart at `path`: a folder, or an archive by its ending.
///
/// # Errors
/// When it is no chart, breaks a rule of Helm's or a limit.
pub fn load(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Result<Loaded, LoadError> {
    let real = tree::resolve(tree, path)?;
    let files = match tree.entry(&real)? {
        Some(entry) if entry.kind == EntryKind::Directory => directory::files(tree, &real, budget)?,
        Some(_) => {
            let packed = tree.read(&real, CHART_BYTES_MAX.min(budget.bytes_left()))?;
            archive::files(&packed, budget)?
        }
        None => return Err(TreeError::Absent(path.clone()).into()),
    };
    assemble::chart(files, profile, budget)
}

/// Loads the chart in `archive`, a gzipped tar file.
///
/// # Errors
/// As [`load`].
pub fn load_archive(archive: &[u8], profile: Profile, budget: &mut Budget) -> Result<Loaded, LoadError> {
    assemble::chart(archive::files(archive, budget)?, profile, budget)
}

/// Without the mark that some editors put in front of UTF-8.
pub(crate) fn without_mark(data: Bytes) -> Bytes {
    if data.starts_with(b"\xef\xbb\xbf") { data.slice(3..) } else { data }
}
