//! The objects of one resource, in the order lists give them, and their recent past.

use super::event::Event;
use super::ring::{Ring, TooOld};
use crate::group_resource::GroupResource;
use object::Object;
use std::collections::BTreeMap;
use std::ops::Bound;
use tokio::sync::watch;

/// An object and the revision of its last change.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The object in its stored version.
    pub object: Object,
    /// Its `resourceVersion` as a number.
    pub revision: u64,
}

/// An object with its resource and its key there.
pub type ObjectAt = (GroupResource, Box<str>, Object);

/// Where an object stands among those of its resource: `namespace/name`, or the name alone.
/// Lists are ordered by this text, as etcd orders its keys.
#[must_use]
pub fn object_key(namespace: &str, name: &str) -> Box<str> {
    if namespace.is_empty() { name.into() } else { format!("{namespace}/{name}").into() }
}

/// The keys of one namespace, or all of them when it is empty.
#[must_use]
pub fn namespace_range(namespace: &str) -> (Bound<Box<str>>, Bound<Box<str>>) {
    if namespace.is_empty() {
        return (Bound::Unbounded, Bound::Unbounded);
    }
    // '0' is the character after '/'.
    (Bound::Included(format!("{namespace}/").into()), Bound::Excluded(format!("{namespace}0").into()))
}

/// One resource's part of the store.
#[derive(Debug)]
pub struct Bucket {
    /// Current objects by key.
    pub entries: BTreeMap<Box<str>, Entry>,
    /// Recent events.
    pub ring: Ring,
    /// Tells watchers the revision of the newest event.
    pub changed: watch::Sender<u64>,
}

impl Bucket {
    /// An empty bucket that knows the past since `floor`.
    #[must_use]
    pub fn new(floor: u64) -> Self {
        Bucket { entries: BTreeMap::new(), ring: Ring::new(floor), changed: watch::Sender::new(floor) }
    }

    /// The current objects of a namespace, of all namespaces when it is empty.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = (&Box<str>, &Entry)> {
        self.entries.range(namespace_range(namespace))
    }

    /// The objects as they were at `revision`: the present with the events since then undone.
    ///
    /// # Errors
    /// When some of those events are forgotten.
    pub fn at_revision(&self, namespace: &str, revision: u64) -> Result<BTreeMap<Box<str>, Entry>, TooOld> {
        let undo: Vec<_> = self.ring.after(revision)?.rev().cloned().collect();
        let mut entries: BTreeMap<_, _> =
            self.in_namespace(namespace).map(|(key, entry)| (key.clone(), entry.clone())).collect();
        for event in undo.iter().filter(|event| in_scope(event, namespace)) {
            let key = object_key(event.object.namespace().unwrap_or_default(), event.object.name());
            match &event.previous {
                Some(previous) => {
                    let revision = previous.meta().resource_version.parse().unwrap_or_default();
                    entries.insert(key, Entry { object: previous.clone(), revision });
                }
                None => {
                    entries.remove(&key);
                }
            }
        }
        Ok(entries)
    }
}

fn in_scope(event: &Event, namespace: &str) -> bool {
    namespace.is_empty() || event.object.namespace() == Some(namespace)
}
