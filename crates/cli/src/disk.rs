//! A directory of this machine as a tree: read when asked, never written.

use bytes::Bytes;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tree::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};

/// The files below a directory.
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Disk { root: root.into() }
    }

    fn at(&self, path: &TreePath) -> PathBuf {
        self.root.join(path.as_str())
    }
}

/// What tells one state of a file from another without reading it.
fn identity(metadata: &fs::Metadata) -> EntryId {
    let parts = [metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime() as u64, metadata.mtime_nsec() as u64];
    EntryId::new(parts.iter().flat_map(|part| part.to_le_bytes()).collect::<Vec<u8>>())
}

fn entry(metadata: &fs::Metadata) -> Option<Entry> {
    let kind = metadata.file_type();
    let kind = if kind.is_symlink() {
        EntryKind::Symlink
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_file() {
        EntryKind::File
    } else {
        // Pipes, sockets and devices are nothing to build from.
        return None;
    };
    Some(Entry { kind, id: identity(metadata) })
}

fn failed(path: &TreePath, error: &io::Error) -> TreeError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => TreeError::Absent(path.clone()),
        _ => TreeError::Store { path: path.clone(), cause: error.to_string() },
    }
}

impl Tree for Disk {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        match fs::symlink_metadata(self.at(path)) {
            Ok(metadata) => Ok(entry(&metadata)),
            Err(error) => match failed(path, &error) {
                TreeError::Absent(_) => Ok(None),
                error => Err(error),
            },
        }
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        let at = self.at(path);
        let metadata = fs::symlink_metadata(&at).map_err(|error| failed(path, &error))?;
        if metadata.file_type().is_symlink() {
            return self.link(path, &at);
        }
        if metadata.len() > bytes_max {
            return Err(TreeError::TooLarge { path: path.clone(), bytes_max });
        }
        let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
        let file = fs::File::open(&at).map_err(|error| failed(path, &error))?;
        // A file may grow while it is read.
        file.take(bytes_max.saturating_add(1)).read_to_end(&mut content).map_err(|error| failed(path, &error))?;
        if content.len() as u64 > bytes_max {
            return Err(TreeError::TooLarge { path: path.clone(), bytes_max });
        }
        Ok(content.into())
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        let mut names = Vec::new();
        for item in fs::read_dir(self.at(path)).map_err(|error| failed(path, &error))? {
            let item = item.map_err(|error| failed(path, &error))?;
            let metadata = item.metadata().map_err(|error| failed(path, &error))?;
            if let (Ok(name), Some(entry)) = (item.file_name().into_string(), entry(&metadata)) {
                names.push((name, entry));
            }
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }
}

impl Disk {
    /// A link's target. An absolute one below the root is told as a relative one, which is all a tree knows.
    fn link(&self, path: &TreePath, at: &Path) -> Result<Bytes, TreeError> {
        let target = fs::read_link(at).map_err(|error| failed(path, &error))?;
        let Ok(below) = target.strip_prefix(&self.root) else {
            return Ok(Bytes::copy_from_slice(target.as_os_str().as_bytes()));
        };
        let up = "../".repeat(path.segments().count().saturating_sub(1));
        let relative = Path::new(&up).join(below);
        Ok(Bytes::copy_from_slice(relative.as_os_str().as_bytes()))
    }
}
