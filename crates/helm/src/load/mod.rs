//! A chart from where it lies: a folder of a tree, or an archive. Nothing is taken from the operating system, and every
//! file is counted.
//!
//! Start reading at [`load`]; `assemble` gives each file its meaning.

mod archive;
mod assemble;
mod directory;
mod error;
mod file;
mod ignore;
mod limits;
mod wildcard;

pub use assemble::Loaded;
pub use error::LoadError;
pub use limits::{CHART_BYTES_MAX, CHART_DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX};
pub(crate) use wildcard::wildcard;

use crate::profile::Profile;
use budget::Budget;
use tree::{EntryKind, Tree, TreeError, TreePath};

/// Loads the chart at `path`: a folder, or an archive by its ending.
///
/// # Errors
/// When it is no chart, breaks a rule of Helm's or a limit.
pub fn load(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Result<Loaded, LoadError> {
    let real = tree::resolve(tree, path)?;
    let files = match tree.entry(&real)? {
        Some(entry) if entry.kind == EntryKind::Directory => {
            let chart_file = path.child("Chart.yaml");
            if profile.is_four() && tree.entry(&real.child("Chart.yaml"))?.is_none() {
                return Err(LoadError::Undetected(chart_file));
            }
            directory::files(tree, &real, budget)?
        }
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

/// The files of `archive` as a tree whose root is the chart's folder. Unlike [`load_archive`], loading from the tree
/// heeds .helmignore, as a chart that was unpacked to a folder does.
///
/// # Errors
/// As [`load`], but for what Chart.yaml says.
pub fn unpack(archive: &[u8], budget: &mut Budget) -> Result<tree::MemoryTree, LoadError> {
    let mut tree = tree::MemoryTree::new();
    for file in archive::files(archive, budget)? {
        let path = TreePath::parse(&file.name).map_err(|error| LoadError::Archive(error.to_string()))?;
        tree.insert_file(path, file.data);
    }
    Ok(tree)
}

/// When `archive` was packed, in seconds since 1970, as its first file says; `None` where it is no archive.
#[must_use]
pub fn packed_seconds(archive: &[u8]) -> Option<i64> {
    archive::packed_seconds(archive)
}
