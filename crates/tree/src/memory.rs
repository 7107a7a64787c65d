//! A tree held in memory: for tests, uploads and unpacked charts.

use crate::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Files and links by path; directories exist as far as something lies in them.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree(BTreeMap<TreePath, Leaf>);

/// A file or a link, and what is known of its content since it came.
#[derive(Debug, Clone)]
struct Leaf {
    kind: EntryKind,
    content: Bytes,
    id: EntryId,
}

impl Leaf {
    fn new(kind: EntryKind, content: Bytes) -> Self {
        Leaf { kind, id: digest([&content[..]]), content }
    }
}

impl MemoryTree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        MemoryTree::default()
    }

    /// A tree of these files; paths that lead outside are left out.
    pub fn from_files<P: AsRef<str>, C: Into<Bytes>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let mut tree = MemoryTree::new();
        for (path, content) in files {
            if let Ok(path) = TreePath::parse(path.as_ref()) {
                tree.insert_file(path, content);
            }
        }
        tree
    }

    /// Puts a file at `path`.
    pub fn insert_file(&mut self, path: TreePath, content: impl Into<Bytes>) {
        self.0.insert(path, Leaf::new(EntryKind::File, content.into()));
    }

    /// Puts a link at `path` that points to `target`.
    pub fn insert_link(&mut self, path: TreePath, target: &str) {
        self.0.insert(path, Leaf::new(EntryKind::Symlink, Bytes::copy_from_slice(target.as_bytes())));
    }

    /// Takes away what stands at `path`.
    pub fn remove(&mut self, path: &TreePath) {
        self.0.remove(path);
    }

    fn below<'a>(&'a self, path: &'a TreePath) -> impl Iterator<Item = (&'a str, &'a Leaf)> {
        self.0.iter().filter_map(move |(at, entry)| {
            let rest = at.relative_to(path)?;
            (!rest.is_empty()).then_some((rest, entry))
        })
    }
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> EntryId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    EntryId::new(hasher.finalize().to_vec())
}

impl Tree for MemoryTree {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        if let Some(leaf) = self.0.get(path) {
            return Ok(Some(Entry { kind: leaf.kind, id: leaf.id.clone() }));
        }
        let mut parts: Vec<&[u8]> = Vec::new();
        for (name, leaf) in self.below(path) {
            parts.extend([name.as_bytes(), leaf.id.as_bytes()]);
        }
        let exists = !parts.is_empty() || path.is_root();
        Ok(exists.then(|| Entry { kind: EntryKind::Directory, id: digest(parts) }))
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        match self.0.get(path) {
            Some(Leaf { content, .. }) if content.len() as u64 > bytes_max => {
                Err(TreeError::TooLarge { path: path.clone(), bytes_max })
            }
            Some(leaf) => Ok(leaf.content.clone()),
            None => Err(match self.entry(path)? {
                Some(entry) => {
                    TreeError::WrongKind { path: path.clone(), found: entry.kind, expected: EntryKind::File }
                }
                None => TreeError::Absent(path.clone()),
            }),
        }
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        match self.entry(path)? {
            Some(Entry { kind: EntryKind::Directory, .. }) => {}
            Some(entry) => {
                let expected = EntryKind::Directory;
                return Err(TreeError::WrongKind { path: path.clone(), found: entry.kind, expected });
            }
            None => return Err(TreeError::Absent(path.clone())),
        }
        let mut names: Vec<&str> =
            self.below(path).map(|(rest, _)| rest.split_once('/').map_or(rest, |(name, _)| name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut entries = Vec::with_capacity(names.len());
        for name in names {
            if let Some(entry) = self.entry(&path.child(name))? {
                entries.push((name.to_owned(), entry));
            }
        }
        Ok(entries)
    }
}
