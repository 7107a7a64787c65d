//! Taking a pack into an object database: checked object by object before anything of it can be seen.

use super::failure::{gix_problem, problem};
use super::objects::Objects;
use crate::error::Problem;
use crate::options::GitLimits;
use gix::objs::Find;
use gix::objs::Write as _;
use gix_pack::Bundle;
use std::fs;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Packs up to this size stay in memory on their way in; those of single commits nearly always do.
pub(super) const SPOOL_BYTES_MAX: usize = 4 << 20;

/// Packs of fewer objects are unpacked, as git does (its `fetch.unpackLimit`): one pack for every commit would make
/// every lookup slower.
const UNPACK_OBJECTS_MAX: u32 = 100;

/// The name of directories for packs on their way in.
const INCOMING: &str = "incoming-";

/// What became of a pack.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was empty.
    Nothing,
    /// Its objects lie beside the others.
    AsObjects,
    /// It is a pack of the database.
    AsPack,
}

/// Looks objects up in what is already here, for packs that only tell the difference.
struct Bases<'o>(&'o Objects);

impl Find for Bases<'_> {
    fn try_find<'a>(&self, id: &gix::oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<gix::objs::Data<'a>>> {
        let found =
            self.0.with_reader(|reader| reader.try_find(id, buffer).map(|found| found.map(|data| data.kind)))?;
        Ok(found.map(|kind| gix::objs::Data { kind, object_hash: gix::hash::Kind::Sha1, data: buffer.as_slice() }))
    }
}

/// Checks a pack and adds its objects to the database in `directory`.
///
/// Guarantees: every object was unpacked and its name computed here, never taken from the server. A damaged pack, or one
/// whose objects are larger than allowed, leaves nothing behind.
pub(super) fn take_in(
    pack: &mut (impl Read + Seek),
    directory: &Path,
    present: &Objects,
    limits: &GitLimits,
) -> Result<Taken, Problem> {
    let failed = |error: io::Error| problem(directory, &error);
    if pack.seek(SeekFrom::End(0)).map_err(failed)? == 0 {
        return Ok(Taken::Nothing);
    }
    pack.seek(SeekFrom::Start(0)).map_err(failed)?;
    let incoming = tempfile::Builder::new().prefix(INCOMING).tempdir_in(directory).map_err(failed)?;
    let options = gix_pack::bundle::write::Options {
        thread_limit: None,
        iteration_mode: gix_pack::data::input::Mode::Verify,
        index_version: gix_pack::index::Version::default(),
        alloc_limit_bytes: Some(usize::try_from(limits.object_bytes_max).unwrap_or(usize::MAX)),
        ..gix_pack::bundle::write::Options::default()
    };
    let written = Bundle::write_to_directory(
        &mut BufReader::new(pack),
        Some(incoming.path()),
        &mut gix::progress::Discard,
        &AtomicBool::new(false),
        Some(Bases(present)),
        gix::hash::Kind::Sha1,
        options,
    );
    let written = written.map_err(|error| refused(directory, &error))?;
    match (&written.index_path, &written.data_path) {
        (Some(index), _) if written.index.num_objects <= UNPACK_OBJECTS_MAX => {
            unpack(index, directory).map_err(|error| gix_problem(directory, &error))?;
            Ok(Taken::AsObjects)
        }
        (Some(index), Some(data)) => {
            move_in(data, index, &directory.join("pack")).map_err(failed)?;
            Ok(Taken::AsPack)
        }
        _ => Ok(Taken::Nothing),
    }
}

/// The store's errors name limits and damage; a full disk is told apart.
fn refused(directory: &Path, error: &gix::Error) -> Problem {
    match gix_problem(directory, error) {
        Problem::Store { detail } => Problem::Protocol { detail: format!("the pack it sent cannot be used: {detail}") },
        other => other,
    }
}

/// Writes the objects of a checked pack one by one.
fn unpack(index: &Path, directory: &Path) -> gix::Result<()> {
    let bundle = Bundle::at(index, gix::hash::Kind::Sha1)?;
    let loose = gix::odb::loose::Store::at(directory, gix::hash::Kind::Sha1);
    let (mut content, mut inflate) = (Vec::new(), gix::zlib::Inflate::default());
    for number in 0..bundle.index.num_objects() {
        let id = bundle.index.oid_at_index(number).to_owned();
        if loose.contains(&id) {
            continue;
        }
        let (object, _) =
            bundle.get_object_by_index(number, &mut content, &mut inflate, &mut gix_pack::cache::Never)?;
        loose.write_buf_with_known_id(object.kind, object.data, id)?;
    }
    Ok(())
}

/// The pack first: an index without its pack would be an error to every reader, a pack without its index is unseen.
fn move_in(data: &Path, index: &Path, packs: &Path) -> io::Result<()> {
    for file in [data, index] {
        if let Some(name) = file.file_name() {
            fs::rename(file, packs.join(name))?;
        }
    }
    Ok(())
}

/// Takes away what a crash left: packs on their way in, packs without an index.
pub(super) fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(INCOMING) {
            fs::remove_dir_all(entry.path())?;
        } else if name.starts_with(".tmp") {
            fs::remove_file(entry.path())?;
        }
    }
    for entry in fs::read_dir(directory.join("pack"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pack") && !path.with_extension("idx").exists() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
