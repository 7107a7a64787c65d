//! Writing the objects of some commits into one new pack, so that all others can go.

use super::commit_read::read_commit;
use super::failure::problem;
use super::objects::{Kind, Objects};
use crate::error::Problem;
use crate::oid::Oid;
use gix::hash::io::Write as Hashing;
use gix::zlib::stream::deflate;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use tree::EntryKind;

/// All objects of these commits that are here: the commits, their directories and files, without what came before.
///
/// # Errors
/// A commit or directory is missing.
pub(super) fn reachable(objects: &Objects, commits: &BTreeSet<Oid>) -> Result<BTreeSet<Oid>, Problem> {
    let mut found = BTreeSet::new();
    for commit in commits {
        let (_, root) = read_commit(objects, *commit)?.ok_or(Problem::gone(*commit))?;
        found.insert(*commit);
        let mut todo = vec![root];
        while let Some(directory) = todo.pop() {
            if !found.insert(directory) {
                continue;
            }
            let missing = || Problem::Store { detail: format!("directory {directory} of commit {commit} is missing") };
            for entry in objects.listing(directory)?.ok_or_else(missing)?.iter() {
                match entry.kind {
                    EntryKind::Directory => todo.push(entry.id),
                    // Files that were left out on purpose, and other repositories' commits, are not here.
                    _ if found.contains(&entry.id) || objects.header(entry.id)?.is_none() => {}
                    _ => drop(found.insert(entry.id)),
                }
            }
        }
    }
    Ok(found)
}

/// Writes a pack of these objects, each whole: they are read far more often than they are stored.
pub(super) fn write_pack(
    objects: &Objects,
    ids: &BTreeSet<Oid>,
    object_bytes_max: u64,
    path: &Path,
    to: impl Write,
) -> Result<(), Problem> {
    let failed = |error: io::Error| problem(path, &error);
    let count = u32::try_from(ids.len()).map_err(|_| too_many())?;
    let mut pack = Hashing::new(to, gix::hash::Kind::Sha1);
    pack.write_all(b"PACK\0\0\0\x02").and_then(|()| pack.write_all(&count.to_be_bytes())).map_err(failed)?;
    for id in ids {
        let missing = || Problem::Store { detail: format!("object {id} has disappeared") };
        let (kind, content) = objects.read(*id, object_bytes_max)?.ok_or_else(missing)?;
        pack.write_all(&entry_header(kind, content.len())).map_err(failed)?;
        let mut squeezed = deflate::Write::new(&mut pack, gix::zlib::Compression::DEFAULT);
        squeezed.write_all(&content).and_then(|()| squeezed.flush()).map_err(failed)?;
    }
    let digest = pack.hash.clone().try_finalize().map_err(|error| Problem::Store { detail: error.to_string() })?;
    pack.inner.write_all(digest.as_bytes()).and_then(|()| pack.inner.flush()).map_err(failed)
}

fn too_many() -> Problem {
    Problem::TooLarge { what: "the number of objects in a pack", limit: u64::from(u32::MAX) }
}

/// An entry's kind and size: three bits of kind and four of size, then seven bits of size a byte, lowest first.
fn entry_header(kind: Kind, size: usize) -> Vec<u8> {
    let code: u8 = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let low = |size: usize, bits: u32| u8::try_from(size & ((1 << bits) - 1)).unwrap_or_default();
    let mut header = vec![code << 4 | low(size, 4)];
    let mut rest = size >> 4;
    while rest > 0 {
        if let Some(last) = header.last_mut() {
            *last |= 0x80;
        }
        header.push(low(rest, 7));
        rest >>= 7;
    }
    header
}
