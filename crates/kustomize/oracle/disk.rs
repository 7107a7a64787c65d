//! A directory of this machine as a tree: read when asked.

use bytes::Bytes;
use std::fs;
use std::path::PathBuf;
use tree::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};

/// The files below a directory.
pub struct Disk(pub PathBuf);

impl Tree for Disk {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let Ok(metadata) = fs::symlink_metadata(self.0.join(path.as_str())) else { return Ok(None) };
        let kind = match metadata.file_type() {
            found if found.is_symlink() => EntryKind::Symlink,
            found if found.is_dir() => EntryKind::Directory,
            _ => EntryKind::File,
        };
        Ok(Some(Entry { kind, id: EntryId::new(path.as_str().as_bytes()) }))
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        let at = self.0.join(path.as_str());
        if at.is_symlink() {
            let target = fs::read_link(&at).map_err(|_| TreeError::Absent(path.clone()))?;
            return Ok(target.to_string_lossy().into_owned().into());
        }
        let content = fs::read(&at).map_err(|_| TreeError::Absent(path.clone()))?;
        if content.len() as u64 > bytes_max {
            return Err(TreeError::TooLarge { path: path.clone(), bytes_max });
        }
        Ok(content.into())
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        let entries = fs::read_dir(self.0.join(path.as_str())).map_err(|_| TreeError::Absent(path.clone()))?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let mut listed = Vec::new();
        for name in names {
            if let Some(entry) = self.entry(&path.child(&name))? {
                listed.push((name, entry));
            }
        }
        Ok(listed)
    }
}
