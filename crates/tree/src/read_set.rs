//! What a render read, so that a commit which changed none of it costs nothing.

use crate::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// One thing that was learned from a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A file's or link's content was read, or what kind of thing stands there was asked.
    Content(EntryKind, EntryId),
    /// It was asked what stands here, and only the kind matters (a directory whose listing was not read).
    Kind(EntryKind),
    /// A directory's names and their kinds were listed: a digest of both.
    Listing(EntryId),
    /// Nothing stood here.
    Absent,
}

/// Everything one render learned from one tree. Equal sets mean that a pure render gives the same result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSet {
    entries: BTreeMap<TreePath, Read>,
    listings: BTreeMap<TreePath, Read>,
}

impl ReadSet {
    /// All that was read, entries before listings, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &Read)> {
        self.entries.iter().chain(&self.listings)
    }

    /// How many things were read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() + self.listings.len()
    }

    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds all that `other` read from the same tree.
    pub fn merge(&mut self, other: ReadSet) {
        self.entries.extend(other.entries);
        self.listings.extend(other.listings);
    }

    /// Whether reading the same things from `tree` would give the same answers.
    ///
    /// # Errors
    /// When the tree's store fails: then nothing is known.
    pub fn unchanged_in(&self, tree: &dyn Tree) -> Result<bool, TreeError> {
        for (path, read) in &self.entries {
            let entry = tree.entry(path)?;
            let same = match (read, &entry) {
                (Read::Absent, None) => true,
                (Read::Kind(kind), Some(entry)) => entry.kind == *kind,
                (Read::Content(kind, id), Some(entry)) => entry.kind == *kind && entry.id == *id,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        for (path, read) in &self.listings {
            let same = match tree.list(path) {
                Ok(names) => *read == Read::Listing(listing_digest(&names)),
                Err(TreeError::Absent(_) | TreeError::WrongKind { .. }) => false,
                Err(error) => return Err(error),
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A tree that remembers what was asked of it.
pub struct Recording<'t> {
    tree: &'t dyn Tree,
    reads: Mutex<ReadSet>,
}

impl<'t> Recording<'t> {
    /// Records what is read from `tree` from here on.
    #[must_use]
    pub fn new(tree: &'t dyn Tree) -> Self {
        Recording { tree, reads: Mutex::default() }
    }

    /// What was read so far.
    #[must_use]
    pub fn into_reads(self) -> ReadSet {
        self.reads.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn note(&self, path: &TreePath, read: Read) {
        let mut reads = self.reads.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match (&read, reads.entries.get(path)) {
            (Read::Listing(_), _) => drop(reads.listings.insert(path.clone(), read)),
            // Content says more than kind: never forget it.
            (Read::Kind(_), Some(Read::Content(..))) => {}
            _ => drop(reads.entries.insert(path.clone(), read)),
        }
    }
}

impl Tree for Recording<'_> {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let entry = self.tree.entry(path)?;
        self.note(path, entry.as_ref().map_or(Read::Absent, |entry| Read::Kind(entry.kind)));
        Ok(entry)
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        match self.tree.entry(path)? {
            Some(entry) => self.note(path, Read::Content(entry.kind, entry.id)),
            None => self.note(path, Read::Absent),
        }
        self.tree.read(path, bytes_max)
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        let listed = self.tree.list(path);
        match &listed {
            Ok(names) => self.note(path, Read::Listing(listing_digest(names))),
            Err(_) => drop(self.entry(path)?),
        }
        listed
    }
}

/// Identity of a listing: names and kinds, not what the files hold.
fn listing_digest(names: &[(String, Entry)]) -> EntryId {
    let mut hasher = Sha256::new();
    for (name, entry) in names {
        hasher.update(name.as_bytes());
        hasher.update([0, entry.kind as u8]);
    }
    EntryId::new(hasher.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryTree;

    fn path(text: &str) -> TreePath {
        TreePath::parse(text).expect("a path")
    }

    fn reads(tree: &MemoryTree) -> ReadSet {
        let recording = Recording::new(tree);
        recording.list(&path("app")).expect("a directory");
        recording.read(&path("app/a.yaml"), 100).expect("a file");
        assert_eq!(recording.entry(&path("app/Chart.yaml")), Ok(None));
        recording.into_reads()
    }

    #[test]
    fn only_what_was_read_matters() {
        let before = MemoryTree::from_files([("app/a.yaml", "1"), ("app/notes.txt", "n"), ("other/b.yaml", "2")]);
        let set = reads(&before);
        let change = |path_text: &str, content: Option<&'static str>| {
            let mut after = before.clone();
            match content {
                Some(content) => after.insert_file(path(path_text), content),
                None => after.remove(&path(path_text)),
            }
            set.unchanged_in(&after).expect("memory does not fail")
        };
        assert!(change("other/b.yaml", Some("3")), "a file never read");
        assert!(change("app/notes.txt", Some("m")), "listed but not read");
        assert!(!change("app/a.yaml", Some("2")), "a file that was read");
        assert!(!change("app/a.yaml", None), "a file that is gone");
        assert!(!change("app/c.yaml", Some("new")), "a new name in a listing");
        assert!(!change("app/Chart.yaml", Some("new")), "a file whose absence was read");
    }
}
