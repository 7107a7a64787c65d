//! The files of one commit, for whoever renders them.

use super::listing::{Listing, ListingEntry};
use super::objects::Objects;
use crate::error::Problem;
use crate::oid::Oid;
use bytes::Bytes;
use std::sync::Arc;
use tree::{Entry, EntryId, EntryKind, Tree, TreeError, TreePath};

/// A commit's files, read from the object database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct GitTree {
    objects: Arc<Objects>,
    root: Oid,
    omitted: Omitted,
}

/// What may be missing from the database although the commit is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Omitted {
    /// Nothing.
    Nothing,
    /// Files larger than this many bytes: the server was asked to leave them out.
    FilesLargerThan(u64),
}

impl GitTree {
    pub(crate) fn new(objects: Arc<Objects>, root: Oid, omitted: Omitted) -> Self {
        GitTree { objects, root, omitted }
    }

    /// The directory at `path`; `None` when there is none.
    fn directory(&self, path: &TreePath) -> Result<Option<Arc<Listing>>, TreeError> {
        let mut listing = self.listing(path, self.root)?;
        for segment in path.segments() {
            let next = match listing.get(segment) {
                Some(ListingEntry { kind: EntryKind::Directory, id, .. }) => *id,
                _ => return Ok(None),
            };
            listing = self.listing(path, next)?;
        }
        Ok(Some(listing))
    }

    fn listing(&self, path: &TreePath, id: Oid) -> Result<Arc<Listing>, TreeError> {
        let failed = |cause: String| TreeError::Store { path: path.clone(), cause };
        let listing = self.objects.listing(id).map_err(|problem| failed(problem.to_string()))?;
        listing.ok_or_else(|| failed(format!("directory object {id} is missing from the repository")))
    }

    fn find(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let Some(parent) = path.parent() else {
            return Ok(Some(Entry { kind: EntryKind::Directory, id: entry_id(self.root) }));
        };
        let directory = self.directory(&parent)?;
        Ok(directory.and_then(|directory| directory.get(path.name()).map(entry)))
    }

    fn content(&self, path: &TreePath, id: Oid, bytes_max: u64) -> Result<Bytes, TreeError> {
        let too_large = |bytes_max| TreeError::TooLarge { path: path.clone(), bytes_max };
        match (self.objects.read(id, bytes_max), self.omitted) {
            (Ok(Some((_, content))), _) => Ok(content.into()),
            (Ok(None), Omitted::FilesLargerThan(limit)) => Err(too_large(limit.min(bytes_max))),
            (Ok(None), Omitted::Nothing) => {
                let cause = format!("file object {id} is missing from the repository");
                Err(TreeError::Store { path: path.clone(), cause })
            }
            (Err(Problem::TooLarge { .. }), _) => Err(too_large(bytes_max)),
            (Err(problem), _) => Err(TreeError::Store { path: path.clone(), cause: problem.to_string() }),
        }
    }
}

impl Tree for GitTree {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.find(path)
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        let entry = self.find(path)?.ok_or_else(|| TreeError::Absent(path.clone()))?;
        let id = entry.id.as_bytes().try_into().map(Oid::from_bytes);
        match (entry.kind, id) {
            (EntryKind::File | EntryKind::Symlink, Ok(id)) => self.content(path, id, bytes_max),
            (found, _) => Err(TreeError::WrongKind { path: path.clone(), found, expected: EntryKind::File }),
        }
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        if let Some(directory) = self.directory(path)? {
            return Ok(directory.iter().map(|item| (item.name.to_string(), entry(item))).collect());
        }
        let found = self.find(path)?.ok_or_else(|| TreeError::Absent(path.clone()))?.kind;
        Err(TreeError::WrongKind { path: path.clone(), found, expected: EntryKind::Directory })
    }
}

fn entry(item: &ListingEntry) -> Entry {
    Entry { kind: item.kind, id: entry_id(item.id) }
}

fn entry_id(id: Oid) -> EntryId {
    EntryId::new(id.as_bytes().as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::{Layout, NewCommit, commit_files};
    use crate::change::Change;
    use crate::commit::Signature;
    use crate::store::commit_read::read_commit;

    #[test]
    fn what_is_too_large_is_not_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let author = Signature { name: "A".into(), email: "a@example.com".into(), time: jiff::Timestamp::UNIX_EPOCH };
        let changes = vec![("large".to_owned(), Change::File("x".repeat(1 << 20))), ("small".to_owned(), "s".into())];
        let commit = NewCommit { branch: "main".into(), message: "m".into(), author, changes };
        let id = commit_files(dir.path(), Layout::Bare, &commit).expect("committed");
        let objects = Arc::new(Objects::open(&dir.path().join("objects")).expect("opened"));
        let (_, root) = read_commit(&objects, id).expect("read").expect("there");
        let tree = GitTree::new(Arc::clone(&objects), root, Omitted::Nothing);
        let (large, small) = (TreePath::parse("large").expect("a path"), TreePath::parse("small").expect("a path"));
        assert_eq!(tree.read(&large, 1000), Err(TreeError::TooLarge { path: large.clone(), bytes_max: 1000 }));
        assert_eq!(tree.read(&small, 1000).expect("read"), "s");
        assert!(objects.content_bytes() < 1000, "{} bytes read", objects.content_bytes());
        assert_eq!(tree.read(&large, 1 << 20).map(|content| content.len()), Ok(1 << 20));
    }
}
