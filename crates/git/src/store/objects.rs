//! An object database, read by many threads at once.

use super::failure::{gix_problem, problem};
use super::listing::Listing;
use super::tree_cache::TreeCache;
use crate::error::Problem;
use crate::oid::Oid;
use crate::signed::Signed;
use gix::odb::{Handle, Store};
use gix::prelude::FindExt as _;
use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest directory or commit object that is decoded: a directory of a million files is about 40 MiB.
const STRUCTURE_BYTES_MAX: u64 = 48 << 20;

/// How many recently unpacked delta bases a reader keeps.
const DELTA_BASES: usize = 64;

pub(crate) use gix::objs::Kind;

/// The objects of one repository.
pub(crate) struct Objects {
    path: PathBuf,
    /// Device and inode of the directory when it was opened.
    identity: Option<(u64, u64)>,
    store: Arc<Store>,
    /// Readers at rest; a reader serves one thread at a time.
    readers: Mutex<Vec<Handle>>,
    trees: Mutex<TreeCache>,
    /// How much content was read since it was opened.
    #[cfg(test)]
    content_bytes: std::sync::atomic::AtomicU64,
}

impl Objects {
    /// Opens the directory that Git calls `objects`.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let store = Store::at_opts(
            path.to_owned(),
            gix::hash::Kind::Sha1,
            &mut std::iter::empty(),
            gix::odb::store::init::Options::default(),
        );
        let store = Arc::new(store.map_err(|error| problem(path, &error))?);
        Ok(Objects {
            path: path.to_owned(),
            identity: identity(path),
            store,
            readers: Mutex::default(),
            trees: Mutex::default(),
            #[cfg(test)]
            content_bytes: std::sync::atomic::AtomicU64::default(),
        })
    }

    /// Whether the directory is still the one that was opened.
    pub(super) fn is_there(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// Runs `read` with a reader from the pool.
    pub(super) fn with_reader<T>(&self, read: impl FnOnce(&Handle) -> T) -> T {
        let reader = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = reader.unwrap_or_else(|| {
            let mut reader = Handle::from(self.store.to_handle());
            reader.set_pack_cache(|| Box::new(gix::odb::pack::cache::lru::StaticLinkedList::<DELTA_BASES>::default()));
            reader
        });
        let value = read(&reader);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        value
    }

    /// Kind and size of an object, without reading its content. `None` when it is not here.
    pub(crate) fn header(&self, id: Oid) -> Result<Option<(Kind, u64)>, Problem> {
        let header = self.with_reader(|reader| gix::prelude::Header::try_header(reader, &gix_id(id)));
        let header = header.map_err(|error| gix_problem(&self.path, &error))?;
        Ok(header.map(|header| (header.kind(), header.size())))
    }

    /// The content of an object of at most `bytes_max` bytes.
    pub(crate) fn read(&self, id: Oid, bytes_max: u64) -> Result<Option<(Kind, Vec<u8>)>, Problem> {
        match self.header(id)? {
            None => return Ok(None),
            Some((_, size)) if size > bytes_max => {
                return Err(Problem::TooLarge { what: "the object in bytes", limit: bytes_max });
            }
            Some(_) => {}
        }
        let mut content = Vec::new();
        let kind = self.with_reader(|reader| reader.find(&gix_id(id), &mut content).map(|data| data.kind));
        let kind = kind.map_err(|error| gix_problem(&self.path, &error))?;
        #[cfg(test)]
        self.content_bytes.fetch_add(content.len() as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(Some((kind, content)))
    }

    /// The directory with that id. `None` when it is not here.
    pub(super) fn listing(&self, id: Oid) -> Result<Option<Arc<Listing>>, Problem> {
        let lock = || self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = lock().get(id) {
            return Ok(Some(listing));
        }
        let Some((kind, data)) = self.read(id, STRUCTURE_BYTES_MAX)? else { return Ok(None) };
        if kind != Kind::Tree {
            return Err(Problem::Store { detail: format!("object {id} is no directory") });
        }
        let listing = Arc::new(Listing::decode(&data).map_err(|detail| Problem::Store { detail })?);
        lock().insert(id, Arc::clone(&listing));
        Ok(Some(listing))
    }

    /// The bytes of a commit object, tags peeled. `None` when it is not here or is something else.
    pub(crate) fn commit(&self, id: Oid) -> Result<Option<(Oid, Vec<u8>)>, Problem> {
        match self.read(id, STRUCTURE_BYTES_MAX)? {
            Some((Kind::Commit, data)) => Ok(Some((id, data))),
            Some((Kind::Tag, data)) => {
                let target = gix::objs::TagRefIter::from_bytes(&data, gix::hash::Kind::Sha1).target_id().ok();
                let target = target.and_then(|target| our_id(&target));
                // A tag of a tag is as deep as anybody goes.
                match target.map(|target| self.read(target, STRUCTURE_BYTES_MAX)).transpose()?.flatten() {
                    Some((Kind::Commit, data)) => Ok(target.map(|target| (target, data))),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// A commit or an annotated tag with what of it was signed. `None` when it is not here or is something else.
    pub(crate) fn signed(&self, id: Oid) -> Result<Option<Signed>, Problem> {
        Ok(match self.read(id, STRUCTURE_BYTES_MAX)? {
            Some((Kind::Commit, data)) => Some(Signed::of_commit(id, &data)),
            Some((Kind::Tag, data)) => Some(Signed::of_tag(id, &data)),
            _ => None,
        })
    }

    /// The commits whose names begin with these digits.
    pub(crate) fn commits_with_prefix(&self, prefix: &str) -> Result<Vec<Oid>, Problem> {
        let Ok(digits) = gix::hash::Prefix::from_hex(prefix) else { return Ok(Vec::new()) };
        let mut candidates = HashSet::default();
        let found = self.with_reader(|reader| reader.lookup_prefix(digits, Some(&mut candidates)).map(drop));
        found.map_err(|error| gix_problem(&self.path, &error))?;
        let mut commits = Vec::new();
        for id in candidates.iter().filter_map(|id| our_id(id)) {
            if let Some((Kind::Commit, _)) = self.header(id)? {
                commits.push(id);
            }
        }
        commits.sort_unstable();
        Ok(commits)
    }

    /// How many bytes of content were read since it was opened.
    #[cfg(test)]
    pub(crate) fn content_bytes(&self) -> u64 {
        self.content_bytes.load(std::sync::atomic::Ordering::Relaxed)
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|status| (status.dev(), status.ino()))
}

pub(super) fn gix_id(id: Oid) -> gix::ObjectId {
    gix::ObjectId::Sha1(*id.as_bytes())
}

pub(super) fn our_id(id: &gix::oid) -> Option<Oid> {
    id.as_bytes().try_into().ok().map(Oid::from_bytes)
}
