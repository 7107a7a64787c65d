//! The journal that a redb file is: current objects and the revision, written in groups by a thread of its own, so
//! that many writers share one flush to disk. Not for simulations: the thread is no part of virtual time.

use super::bucket::ObjectAt;
use super::journal::{Journal, Progress, Record};
use crate::group_resource::GroupResource;
use object::Object;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio::sync::watch;

/// Objects by `group/resource NUL key`.
const OBJECTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("objects");
/// `revision` and `format`.
const FACTS: TableDefinition<'_, &str, u64> = TableDefinition::new("facts");

/// The layout of the tables above.
const FORMAT: u64 = 1;

/// How far the revision is set ahead when a file is opened: more than a process can have given out without having
/// written it down, so that no revision a client may have seen ever comes to mean something else.
const REVISIONS_AHEAD: u64 = 1_000_000;

/// Records written in one group at most; bounds the memory of a flush.
const GROUP_MAX: usize = 4096;

/// How long a busy writer waits for the next record before it writes what it has, and how many it waits for at most:
/// a flush costs more than the wait, whether it writes one record or twenty.
const GATHER_PAUSE: Duration = Duration::from_micros(500);
/// The most records that are waited for.
const GATHER_MAX: usize = 16;

/// Memory redb may use for pages; objects are served from our own memory.
const CACHE_BYTES: usize = 16 << 20;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read as a database.
    #[error(
        "{path} is damaged or no file of ours ({cause}); move it away to begin with an empty cluster, or restore a copy of it"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What redb says.
        cause: String,
    },
    /// Another process has it open.
    #[error("{path} is in use by another process; stop it, or choose another data folder")]
    InUse {
        /// Which file.
        path: PathBuf,
    },
    /// It was written by a version with another layout.
    #[error("{path} has format {found}, this version reads {FORMAT}; use the version that wrote it, or move it away")]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The file system refused.
    #[error("{path}: {cause}; check that the folder exists and may be written")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        cause: String,
    },
}

/// What a file held, and the journal that goes on writing it.
#[derive(Debug)]
pub struct Opened {
    /// The revision to go on after.
    pub revision: u64,
    /// The objects.
    pub objects: Vec<ObjectAt>,
    /// Takes what is committed from now on.
    pub journal: FileJournal,
}

/// Writes commits to a file.
#[derive(Debug)]
pub struct FileJournal {
    records: Sender<Record>,
    progress: watch::Receiver<Progress>,
}

impl Journal for FileJournal {
    fn append(&self, record: Record) {
        // When the writer is gone, progress says why; the writer of this record learns it there.
        let _ = self.records.send(record);
    }

    fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }
}

/// What a file holds: its revision and its objects. The file must be there; it is not written to, but for what a
/// process that was killed has left half done.
///
/// # Errors
/// When it cannot be used; the message says what to do.
pub fn read(path: &Path) -> Result<(u64, Vec<ObjectAt>), OpenError> {
    let database = Database::builder().set_cache_size(CACHE_BYTES).open(path).map_err(|error| unusable(path, error))?;
    load(&database, path)
}

/// Makes a file of these objects, which must not be there yet: whole, or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn make(path: &Path, revision: u64, objects: &[ObjectAt]) -> Result<(), OpenError> {
    let refused = |cause: String| OpenError::Io { path: path.to_owned(), cause };
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let _ = std::fs::remove_file(&unfinished);
    let database = Database::builder().set_cache_size(CACHE_BYTES).create(&unfinished);
    let database = database.map_err(|error| unusable(&unfinished, error))?;
    for some in objects.chunks(GROUP_MAX) {
        let group: Vec<Record> = some.iter().map(|(resource, key, object)| record(resource, key, object)).collect();
        write_group(&database, &group, revision).map_err(|error| refused(error.to_string()))?;
    }
    write_group(&database, &[], revision).map_err(|error| refused(error.to_string()))?;
    drop(database);
    std::fs::rename(&unfinished, path).map_err(|error| refused(error.to_string()))
}

fn record(GroupResource { group, resource }: &GroupResource, key: &str, object: &Object) -> Record {
    Record { revision: 0, path: format!("{group}/{resource}\0{key}"), raw: Some(object.raw().clone()) }
}

fn unusable(path: &Path, error: redb::DatabaseError) -> OpenError {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => OpenError::InUse { path: path.to_owned() },
        redb::DatabaseError::Storage(redb::StorageError::Io(cause))
            if cause.kind() != std::io::ErrorKind::InvalidData && cause.kind() != std::io::ErrorKind::UnexpectedEof =>
        {
            OpenError::Io { path: path.to_owned(), cause: cause.to_string() }
        }
        other => OpenError::Damaged { path: path.to_owned(), cause: other.to_string() },
    }
}

/// Opens a file, or makes it.
///
/// # Errors
/// When it cannot be used; the message says what to do.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let damaged = |cause: String| OpenError::Damaged { path: path.to_owned(), cause };
    let database =
        Database::builder().set_cache_size(CACHE_BYTES).create(path).map_err(|error| unusable(path, error))?;
    let (written, objects) = load(&database, path)?;
    let is_new = written == 0;
    let revision = if is_new { 1 } else { written.saturating_add(REVISIONS_AHEAD) };
    write_group(&database, &[], revision).map_err(|error| damaged(error.to_string()))?;
    let (records, inbox) = channel();
    let (teller, progress) = watch::channel(Progress::Durable(revision));
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || write_forever(&database, &inbox, &teller))
        .map_err(|cause| OpenError::Io { path: path.to_owned(), cause: cause.to_string() })?;
    Ok(Opened { revision, objects, journal: FileJournal { records, progress } })
}

fn load(database: &Database, path: &Path) -> Result<(u64, Vec<ObjectAt>), OpenError> {
    let damaged = |cause: String| OpenError::Damaged { path: path.to_owned(), cause };
    let transaction = database.begin_read().map_err(|error| damaged(error.to_string()))?;
    let facts = match transaction.open_table(FACTS) {
        Ok(facts) => facts,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok((0, Vec::new())),
        Err(error) => return Err(damaged(error.to_string())),
    };
    let fact = |name: &str| facts.get(name).map(|fact| fact.map(|fact| fact.value()));
    let format = fact("format").map_err(|error| damaged(error.to_string()))?.unwrap_or_default();
    if format != FORMAT {
        return Err(OpenError::Format { path: path.to_owned(), found: format });
    }
    let revision = fact("revision").map_err(|error| damaged(error.to_string()))?.unwrap_or_default();
    let table = transaction.open_table(OBJECTS).map_err(|error| damaged(error.to_string()))?;
    let mut objects = Vec::new();
    for entry in table.iter().map_err(|error| damaged(error.to_string()))? {
        let (place, raw) = entry.map_err(|error| damaged(error.to_string()))?;
        let place = place.value().to_owned();
        let object = Object::parse(raw.value().to_vec());
        let found = object.ok().zip(parse_place(&place));
        let (object, (resource, key)) = found.ok_or_else(|| damaged(format!("entry {place:?} is no object")))?;
        objects.push((resource, key, object));
    }
    Ok((revision, objects))
}

fn parse_place(place: &str) -> Option<(GroupResource, Box<str>)> {
    let (resource, key) = place.split_once('\0')?;
    let (group, plural) = resource.split_once('/')?;
    Some((GroupResource::owned(group, plural), key.into()))
}

/// Takes what has gathered since the last flush, writes it, tells how far it is; until nobody can append any more.
fn write_forever(database: &Database, inbox: &Receiver<Record>, teller: &watch::Sender<Progress>) {
    let mut is_busy = false;
    while let Ok(first) = inbox.recv() {
        let mut group = vec![first];
        while is_busy && group.len() < GATHER_MAX {
            let Ok(next) = inbox.recv_timeout(GATHER_PAUSE) else { break };
            group.push(next);
        }
        while let Some(next) = inbox.try_recv().ok().filter(|_| group.len() < GROUP_MAX) {
            group.push(next);
        }
        is_busy = group.len() > 1;
        let revision = group.last().map_or(0, |record| record.revision);
        match write_group(database, &group, revision) {
            Ok(()) => drop(teller.send_replace(Progress::Durable(revision))),
            Err(error) => {
                let text = format!("the data file cannot be written ({error}); free space on the disk and restart");
                teller.send_replace(Progress::Failed(text));
                return;
            }
        }
    }
}

fn write_group(database: &Database, group: &[Record], revision: u64) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut objects = transaction.open_table(OBJECTS)?;
        for record in group {
            match &record.raw {
                Some(raw) => drop(objects.insert(record.path.as_str(), &raw[..])?),
                None => drop(objects.remove(record.path.as_str())?),
            }
        }
        let mut facts = transaction.open_table(FACTS)?;
        facts.insert("revision", revision)?;
        facts.insert("format", FORMAT)?;
    }
    transaction.commit()?;
    Ok(())
}
