//! A tree held in memory: for tests, uploads and unpacked charts.

use crate::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Files and links by path; directories exist as far as something lies in them.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    leaves: BTreeMap<TreePath, Leaf>,
    /// Found when first asked for, and again after a change.
    directories: OnceLock<Directories>,
}

/// What lies directly in each directory, by name.
type Directories = BTreeMap<TreePath, BTreeMap<String, Entry>>;

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

    fn entry(&self) -> Entry {
        Entry { kind: self.kind, id: self.id.clone() }
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
        self.insert(path, Leaf::new(EntryKind::File, content.into()));
    }

    /// Puts a link at `path` that points to `target`.
    pub fn insert_link(&mut self, path: TreePath, target: &str) {
        self.insert(path, Leaf::new(EntryKind::Symlink, Bytes::copy_from_slice(target.as_bytes())));
    }

    fn insert(&mut self, path: TreePath, leaf: Leaf) {
        self.leaves.insert(path, leaf);
        self.directories.take();
    }

    /// Takes away what stands at `path`.
    pub fn remove(&mut self, path: &TreePath) {
        self.leaves.remove(path);
        self.directories.take();
    }

    fn directories(&self) -> &Directories {
        self.directories.get_or_init(|| directories(&self.leaves))
    }
}

/// All directories, the deepest first: a directory's identity is made of what lies in it.
fn directories(leaves: &BTreeMap<TreePath, Leaf>) -> Directories {
    let mut found = Directories::from([(TreePath::root(), BTreeMap::new())]);
    for (path, leaf) in leaves {
        let mut below = path.clone();
        while let Some(parent) = below.parent() {
            let is_known = found.contains_key(&parent);
            let entries = found.entry(parent.clone()).or_default();
            if below == *path {
                entries.insert(path.name().to_owned(), leaf.entry());
            }
            if is_known {
                break;
            }
            below = parent;
        }
    }
    let mut paths: Vec<TreePath> = found.keys().filter(|path| !path.is_root()).cloned().collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.segments().count()));
    for path in paths {
        let id = identity(&found[&path]);
        // Compat: a file stands before a directory of its name.
        if let Some(parent) = path.parent()
            && let Some(entries) = found.get_mut(&parent)
        {
            entries.entry(path.name().to_owned()).or_insert(Entry { kind: EntryKind::Directory, id });
        }
    }
    found
}

/// The identity of a directory in which these lie.
fn identity(entries: &BTreeMap<String, Entry>) -> EntryId {
    digest(entries.iter().flat_map(|(name, entry)| [name.as_bytes(), kind_mark(entry.kind), entry.id.as_bytes()]))
}

fn kind_mark(kind: EntryKind) -> &'static [u8] {
    match kind {
        EntryKind::File => b"f",
        EntryKind::Directory => b"d",
        EntryKind::Symlink => b"l",
        EntryKind::Submodule => b"s",
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
        if let Some(leaf) = self.leaves.get(path) {
            return Ok(Some(leaf.entry()));
        }
        let directory = self.directories().get(path);
        Ok(directory.map(|entries| Entry { kind: EntryKind::Directory, id: identity(entries) }))
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        match self.leaves.get(path) {
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
        if let Some(leaf) = self.leaves.get(path) {
            let (path, expected) = (path.clone(), EntryKind::Directory);
            return Err(TreeError::WrongKind { path, found: leaf.kind, expected });
        }
        match self.directories().get(path) {
            Some(entries) => Ok(entries.iter().map(|(name, entry)| (name.clone(), entry.clone())).collect()),
            None => Err(TreeError::Absent(path.clone())),
        }
    }
}
