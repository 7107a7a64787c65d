//! Taking a pack into an object database: checked object by object before anything of it can be seen.

use super::disk::Disk;
use super::failure::{gix_problem, problem};
use super::objects::Objects;
use crate::error::Problem;
use crate::options::GitLimits;
use gix::objs::Find;
use gix::objs::Write as _;
use gix_pack::Bundle;
use std::fs;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Packs up to this size stay in memory on their way in; those of single commits nearly always do.
pub(super) const SPOOL_BYTES_MAX: usize = 4 << 20;

/// Packs of fewer objects are unpacked, as git does (its `fetch.unpackLimit`): one pack for every commit would make
/// every lookup slower.
const UNPACK_OBJECTS_MAX: u32 = 100;

/// The name of directories for packs on their way in.
const INCOMING: &str = "incoming-";

/// Where packs are taken in.
pub(super) struct Intake<'m> {
    /// The directory that Git calls `objects`.
    pub directory: &'m Path,
    /// What is there already.
    pub present: &'m Objects,
    /// How large things may be.
    pub limits: &'m GitLimits,
    /// The disk it lies on.
    pub disk: &'m Disk,
}

/// How a pack is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// As single objects where it is small.
    AsFits,
    /// As a pack.
    AsPack,
}

/// What became of a pack.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was empty.
    Nothing,
    /// Its objects lie beside the others.
    AsObjects,
    /// It is this pack of the database.
    AsPack(PathBuf),
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

/// Checks a pack and adds its objects to the database.
///
/// Guarantees: every object was unpacked and its name computed here, never taken from the server. A damaged pack, one
/// whose objects are larger than allowed, or one that does not fit on the disk adds nothing that could be mistaken: at
/// most some whole objects that nothing leads to.
pub(super) fn take_in(pack: &mut (impl Read + Seek), keep: Keep, intake: &Intake<'_>) -> Result<Taken, Problem> {
    let Intake { directory, present, limits, disk } = *intake;
    let failed = |error: io::Error| problem(directory, &error);
    if pack.seek(SeekFrom::End(0)).map_err(failed)? == 0 {
        return Ok(Taken::Nothing);
    }
    pack.seek(SeekFrom::Start(0)).map_err(failed)?;
    disk.step("make a directory for a pack on its way in").map_err(failed)?;
    let incoming = tempfile::Builder::new().prefix(INCOMING).tempdir_in(directory).map_err(failed)?;
    let options = gix_pack::bundle::write::Options {
        thread_limit: None,
        iteration_mode: gix_pack::data::input::Mode::Verify,
        index_version: gix_pack::index::Version::default(),
        alloc_limit_bytes: Some(usize::try_from(limits.object_bytes_max).unwrap_or(usize::MAX)),
        ..gix_pack::bundle::write::Options::default()
    };
    let written = Bundle::write_to_directory(
        &mut BufReader::new(Announced { pack, disk }),
        Some(incoming.path()),
        &mut gix::progress::Discard,
        &AtomicBool::new(false),
        Some(Bases(present)),
        gix::hash::Kind::Sha1,
        options,
    );
    let written = written.map_err(|error| refused(directory, &error))?;
    match (&written.index_path, &written.data_path) {
        (Some(index), _) if keep == Keep::AsFits && written.index.num_objects <= UNPACK_OBJECTS_MAX => {
            unpack(index, intake)?;
            Ok(Taken::AsObjects)
        }
        (Some(index), Some(data)) => {
            let packs = directory.join("pack");
            move_in(data, index, &packs, disk).map_err(failed)?;
            Ok(Taken::AsPack(packs.join(data.file_name().unwrap_or_default())))
        }
        _ => Ok(Taken::Nothing),
    }
}

/// A pack whose every piece is about to be written.
struct Announced<'p, R> {
    pack: &'p mut R,
    disk: &'p Disk,
}

impl<R: Read> Read for Announced<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.disk.step("write a piece of a pack")?;
        self.pack.read(buffer)
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
fn unpack(index: &Path, intake: &Intake<'_>) -> Result<(), Problem> {
    let Intake { directory, disk, .. } = *intake;
    let failed = |error: gix::Error| gix_problem(directory, &error);
    let bundle = Bundle::at(index, gix::hash::Kind::Sha1).map_err(failed)?;
    let loose = gix::odb::loose::Store::at(directory, gix::hash::Kind::Sha1);
    let (mut content, mut inflate) = (Vec::new(), gix::zlib::Inflate::default());
    for number in 0..bundle.index.num_objects() {
        let id = bundle.index.oid_at_index(number).to_owned();
        if loose.contains(&id) {
            continue;
        }
        let object = bundle.get_object_by_index(number, &mut content, &mut inflate, &mut gix_pack::cache::Never);
        let (object, _) = object.map_err(failed)?;
        disk.step("write an object").map_err(|error| problem(directory, &error))?;
        loose.write_buf_with_known_id(object.kind, object.data, id).map_err(failed)?;
    }
    Ok(())
}

/// The pack first: an index without its pack would be an error to every reader, a pack without its index is unseen.
/// Their content is on the disk before their names are, so that a machine that loses power keeps both or neither.
fn move_in(data: &Path, index: &Path, packs: &Path, disk: &Disk) -> io::Result<()> {
    for file in [data, index] {
        fs::File::open(file)?.sync_all()?;
    }
    for file in [data, index] {
        if let Some(name) = file.file_name() {
            disk.step("move a pack or its index in")?;
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
