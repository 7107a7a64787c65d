//! Where objects are kept: current state in memory under one global revision, a bounded past for watches, and an
//! optional journal for durability. Knows nothing of HTTP, kinds or permissions; start reading at [`Store::commit`].

mod bucket;
mod encode;
mod event;
mod file;
mod index;
mod journal;
mod ring;

pub use bucket::{Entry, ObjectAt, object_key};
pub use encode::Encoded;
pub use event::{Event, EventKind, event_line};
pub use file::{OpenError, make as make_file, open as open_file, read as read_file};
pub use journal::{Journal, Progress, Record};
pub use ring::TooOld;

use crate::group_resource::GroupResource;
use bucket::Bucket;
use index::Index;
use object::Object;
use ring::Ring;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::watch;

/// The objects of a cluster.
#[derive(Debug)]
pub struct Store {
    state: RwLock<State>,
    journal: Option<Box<dyn Journal>>,
    any_change: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    revision: u64,
    /// The revision this process began at: nothing older can be watched.
    floor: u64,
    buckets: BTreeMap<GroupResource, Bucket>,
    index: Index,
    all: Ring,
}

/// What must hold for a commit to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is no object under that key.
    Absent,
    /// The object is there and was last changed at this revision.
    Revision(u64),
}

/// One change to make.
#[derive(Debug)]
pub struct Change<'a> {
    /// Which resource.
    pub resource: &'a GroupResource,
    /// Which object of it, as [`object_key`] gives it.
    pub key: &'a str,
    /// What must hold.
    pub expect: Expect,
    /// The new object, or its last state when it is to go.
    pub object: &'a Encoded,
    /// Whether it stays or goes.
    pub fate: Fate,
}

/// Whether a change leaves an object behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The object is created or replaced.
    Keep,
    /// The object is removed.
    Remove,
}

/// Why a commit did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// An object is there already.
    #[error("an object of that name exists")]
    Exists,
    /// The object is not there.
    #[error("there is no object of that name")]
    Missing,
    /// The object was changed in between.
    #[error("the object has been modified")]
    Changed,
    /// What should be kept has no name or is no object: a fault of the caller.
    #[error("the object has no name")]
    Malformed,
}

/// The journal could not write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the write could not be made durable: {0}")]
pub struct NotDurable(pub String);

/// A list of objects as of one revision.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The revision the list is of.
    pub revision: u64,
    /// The objects in order of their keys.
    pub entries: Vec<(Box<str>, Entry)>,
}

impl Store {
    /// An empty store that lives as long as the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Store::restored(1, Vec::new(), None)
    }

    /// A store of these objects (resource, key, object), continuing after `revision`, writing to `journal`.
    #[must_use]
    pub fn restored(revision: u64, objects: Vec<ObjectAt>, journal: Option<Box<dyn Journal>>) -> Self {
        let mut state = State {
            revision,
            floor: revision,
            buckets: BTreeMap::new(),
            index: Index::default(),
            all: Ring::new(revision),
        };
        for (resource, key, object) in objects {
            state.index.insert(&resource, &key, &object);
            let revision = object.meta().resource_version.parse().unwrap_or_default();
            state.bucket(&resource).entries.insert(key, Entry { object, revision });
        }
        Store { state: RwLock::new(state), journal, any_change: watch::Sender::new(revision) }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one change, visible at once to reads and watches. Await [`Store::durable`] before acknowledging it.
    ///
    /// # Errors
    /// When what the change expects does not hold; then nothing happened.
    pub fn commit(&self, change: &Change<'_>) -> Result<Arc<Event>, CommitError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let revision = state.revision + 1;
        let event = state.apply(change, revision)?;
        state.revision = revision;
        state.all.push(Arc::clone(&event));
        if let Some(journal) = &self.journal {
            journal.append(record_of(change, &event));
        }
        let bucket = state.bucket(change.resource);
        bucket.ring.push(Arc::clone(&event));
        bucket.changed.send_replace(revision);
        self.any_change.send_replace(revision);
        Ok(event)
    }

    /// Waits until everything up to `revision` survives the process; at once when there is no journal.
    ///
    /// # Errors
    /// When the journal failed.
    pub async fn durable(&self, revision: u64) -> Result<(), NotDurable> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let mut progress = journal.progress();
        let reached = progress
            .wait_for(|progress| match progress {
                Progress::Durable(durable) => *durable >= revision,
                Progress::Failed(_) => true,
            })
            .await;
        match reached.as_deref() {
            Ok(Progress::Durable(_)) => Ok(()),
            Ok(Progress::Failed(cause)) => Err(NotDurable(cause.clone())),
            Err(_) => Err(NotDurable("the journal has stopped; restart the process".to_owned())),
        }
    }

    /// The revision of the last commit.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.read().revision
    }

    /// One object.
    #[must_use]
    pub fn get(&self, resource: &GroupResource, key: &str) -> Option<Entry> {
        self.read().buckets.get(resource)?.entries.get(key).cloned()
    }

    /// The current objects of a resource, in one namespace or, when it is empty, in all.
    #[must_use]
    pub fn list(&self, resource: &GroupResource, namespace: &str) -> Snapshot {
        let state = self.read();
        let entries = state.buckets.get(resource).map(|bucket| copied(bucket.in_namespace(namespace)));
        Snapshot { revision: state.revision, entries: entries.unwrap_or_default() }
    }

    /// The objects of a resource as they were at `revision`.
    ///
    /// # Errors
    /// When that is longer ago than the store remembers.
    pub fn list_at(&self, resource: &GroupResource, namespace: &str, revision: u64) -> Result<Snapshot, TooOld> {
        let state = self.read();
        let entries = match state.buckets.get(resource) {
            Some(bucket) => bucket.at_revision(namespace, revision)?.into_iter().collect(),
            None if revision < state.floor => return Err(TooOld { oldest: state.floor }),
            None => Vec::new(),
        };
        Ok(Snapshot { revision, entries })
    }

    /// The object of that uid, with its resource.
    #[must_use]
    pub fn by_uid(&self, uid: &str) -> Option<(GroupResource, Object)> {
        let state = self.read();
        state.located(state.index.by_uid(uid)?)
    }

    /// The objects of all resources whose owner references name that uid.
    #[must_use]
    pub fn owned_by(&self, uid: &str) -> Vec<(GroupResource, Object)> {
        let state = self.read();
        state.index.owned_by(uid).filter_map(|location| state.located(location)).collect()
    }

    /// Everything, as of one revision.
    #[must_use]
    pub fn everything(&self) -> (u64, Vec<ObjectAt>) {
        let state = self.read();
        let of_bucket = |(resource, bucket): (&GroupResource, &Bucket)| {
            let resource = resource.clone();
            let objects = copied(bucket.in_namespace(""));
            objects.into_iter().map(move |(key, entry)| (resource.clone(), key, entry.object))
        };
        (state.revision, state.buckets.iter().flat_map(of_bucket).collect())
    }

    /// The objects of all resources in a namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Vec<(GroupResource, Object)> {
        let state = self.read();
        let of_bucket = |(resource, bucket): (&GroupResource, &Bucket)| {
            let resource = resource.clone();
            let objects: Vec<_> = bucket.in_namespace(namespace).map(|(_, entry)| entry.object.clone()).collect();
            objects.into_iter().map(move |object| (resource.clone(), object))
        };
        state.buckets.iter().flat_map(of_bucket).collect()
    }

    /// The events of a resource, or of all, after `revision`, at most `max` of them.
    ///
    /// # Errors
    /// When some of them are forgotten.
    pub fn events_after(
        &self,
        resource: Option<&GroupResource>,
        revision: u64,
        max: usize,
    ) -> Result<Vec<Arc<Event>>, TooOld> {
        let state = self.read();
        let ring = match resource {
            None => &state.all,
            Some(resource) => match state.buckets.get(resource) {
                Some(bucket) => &bucket.ring,
                None if revision < state.floor => return Err(TooOld { oldest: state.floor }),
                None => return Ok(Vec::new()),
            },
        };
        Ok(ring.after(revision)?.take(max).cloned().collect())
    }

    /// Tells of changes of one resource.
    #[must_use]
    pub fn changes_of(&self, resource: &GroupResource) -> watch::Receiver<u64> {
        if let Some(bucket) = self.read().buckets.get(resource) {
            return bucket.changed.subscribe();
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.bucket(resource).changed.subscribe()
    }

    /// Tells of changes of any resource.
    #[must_use]
    pub fn any_changes(&self) -> watch::Receiver<u64> {
        self.any_change.subscribe()
    }

    /// Forgets the past up to now, as etcd's compaction does: watches from before must list again.
    pub fn compact(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let revision = state.revision;
        state.floor = revision;
        state.all.compact(revision);
        for bucket in state.buckets.values_mut() {
            bucket.ring.compact(revision);
        }
    }
}

fn copied<'a>(entries: impl Iterator<Item = (&'a Box<str>, &'a Entry)>) -> Vec<(Box<str>, Entry)> {
    entries.map(|(key, entry)| (key.clone(), entry.clone())).collect()
}

fn record_of(change: &Change<'_>, event: &Event) -> Record {
    let GroupResource { group, resource } = change.resource;
    let raw = (change.fate == Fate::Keep).then(|| event.object.raw().clone());
    Record { revision: event.revision, path: format!("{group}/{resource}\0{}", change.key), raw }
}

impl State {
    fn bucket(&mut self, resource: &GroupResource) -> &mut Bucket {
        let floor = self.floor;
        self.buckets.entry(resource.clone()).or_insert_with(|| Bucket::new(floor))
    }

    fn located(&self, (resource, key): &index::Location) -> Option<(GroupResource, Object)> {
        let entry = self.buckets.get(resource)?.entries.get(key)?;
        Some((resource.clone(), entry.object.clone()))
    }

    fn apply(&mut self, change: &Change<'_>, revision: u64) -> Result<Arc<Event>, CommitError> {
        let &Change { resource, key, expect, object, fate } = change;
        let current = self.buckets.get(resource).and_then(|bucket| bucket.entries.get(key));
        match (expect, current) {
            (Expect::Absent, Some(_)) => return Err(CommitError::Exists),
            (Expect::Revision(_), None) => return Err(CommitError::Missing),
            (Expect::Revision(expected), Some(entry)) if entry.revision != expected => {
                return Err(CommitError::Changed);
            }
            _ => {}
        }
        let previous = current.map(|entry| entry.object.clone());
        let object = Object::parse(object.with_revision(revision)).map_err(|_| CommitError::Malformed)?;
        let kind = match (&previous, fate) {
            (_, Fate::Remove) => EventKind::Deleted,
            (None, Fate::Keep) => EventKind::Added,
            (Some(_), Fate::Keep) => EventKind::Modified,
        };
        match (&previous, fate) {
            (Some(old), Fate::Remove) => self.index.remove(resource, key, old),
            (Some(old), Fate::Keep) => self.index.replace(resource, key, old, &object),
            (None, Fate::Keep) => self.index.insert(resource, key, &object),
            (None, Fate::Remove) => return Err(CommitError::Missing),
        }
        let entries = &mut self.bucket(resource).entries;
        match fate {
            Fate::Keep => entries.insert(key.into(), Entry { object: object.clone(), revision }),
            Fate::Remove => entries.remove(key),
        };
        Ok(Arc::new(Event::new(kind, resource.clone(), revision, object, previous)))
    }
}
