//! What failures of the disk and of the object store mean.

use crate::error::Problem;
use std::io;
use std::path::Path;

/// A failure of the disk under the directory `path`.
pub(super) fn problem(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Problem::DiskFull { path: path.display().to_string() }
        }
        _ => Problem::Store { detail: format!("{}: {error}", path.display()) },
    }
}

/// A failure of the object store under the directory `path`.
pub(super) fn gix_problem(path: &Path, error: &gix::Error) -> Problem {
    match error.downcast_any_ref::<io::Error>().map(|io| problem(path, io)) {
        Some(full @ Problem::DiskFull { .. }) => full,
        _ => Problem::Store { detail: error.to_string() },
    }
}
