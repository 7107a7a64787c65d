//! What is in a cluster, kept up to date: every kind is listed and watched, objects are found by key, by who tracks
//! them and by who owns them, and every change says whom it concerns.
//!
//! Guarantees: what could not be listed is unknown, never absent; a kind that is slow or forbidden holds up no other.
//! Reading order: `store` (pure), `follow` (one kind), `kinds` (which kinds).

mod follow;
mod kinds;
mod notice;
mod ownership;
mod shared;
mod store;

pub use kinds::{ClusterScoped, Followed, Selection};
pub use notice::{Cached, Notice, Place, Presence};
pub use ownership::{Excluded, Instance, Ownership};
pub use shared::Listener;

use crate::{ClusterClient, GroupKind};
use kinds::Kinds;
use object::{Fetched, Key};
use shared::Shared;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::AbortHandle;

/// The objects of one cluster. Cheap to clone; following ends when the last clone is dropped.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    client: ClusterClient,
    excluded: Vec<Excluded>,
    shared: Arc<Shared>,
    kinds: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.kinds.abort();
    }
}

/// Something that this process wrote, and so must see before it plans anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// An object at a revision.
    Version {
        /// Which object.
        key: Key,
        /// Its resourceVersion after the write.
        resource_version: Box<str>,
    },
    /// An object that is gone or going.
    Gone {
        /// Which object.
        key: Key,
        /// Its uid; another object under the same key is not meant. Empty when unknown.
        uid: Box<str>,
    },
}

impl Cache {
    /// Begins to follow the cluster of `client`.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn start(client: ClusterClient, selection: Selection, ownership: Arc<dyn Ownership>) -> Self {
        let shared = Arc::new(Shared::new(ownership));
        let excluded = selection.excluded.clone();
        let kinds = Kinds { client: client.clone(), selection, shared: Arc::clone(&shared), running: BTreeMap::new() };
        let kinds = tokio::spawn(kinds.run()).abort_handle();
        Cache(Arc::new(Inner { client, excluded, shared, kinds }))
    }

    /// Calls `listener` for every change from now on, from the follower's task: it must only note what to do.
    pub fn listen(&self, listener: Listener) {
        self.0.shared.listen(listener);
    }

    /// Waits until every kind known at first has been listed, or has failed to be.
    pub async fn ready(&self) {
        let mut awaited = self.0.shared.awaited();
        // The sender lives as long as the cache.
        let _ = awaited.wait_for(shared::Awaited::is_over).await;
    }

    /// The client of this cluster.
    #[must_use]
    pub fn client(&self) -> &ClusterClient {
        &self.0.client
    }

    /// One object. A kind that the cluster certainly does not serve has no objects.
    #[must_use]
    pub fn get(&self, key: &Key) -> Fetched<Cached> {
        match self.0.shared.store().get(key) {
            Fetched::Unknown(cause) if self.is_followed(&GroupKind::of(key)) => Fetched::Unknown(cause),
            Fetched::Unknown(cause) => match self.is_served(&GroupKind::of(key)) {
                Some(false) => Fetched::Absent,
                Some(true) | None => Fetched::Unknown(cause),
            },
            answer => answer.map(Cached::clone),
        }
    }

    /// What `instance` tracks, by key. Kinds of [`Cache::unknown_kinds`] may be missing from it.
    #[must_use]
    pub fn roots(&self, instance: &Instance) -> Vec<Cached> {
        self.0.shared.store().roots(instance)
    }

    /// What names the object with this uid as its owner, by key.
    #[must_use]
    pub fn children(&self, uid: &str) -> Vec<Cached> {
        self.0.shared.store().children(uid)
    }

    /// All objects of a kind, by namespace and name.
    #[must_use]
    pub fn objects(&self, kind: &GroupKind) -> Vec<Cached> {
        self.0.shared.store().objects_of(kind)
    }

    /// What is known of a kind: `Known` when it can be said what is there and what is not, `Absent` when the cluster
    /// certainly does not serve it.
    #[must_use]
    pub fn kind(&self, kind: &GroupKind) -> Fetched<()> {
        match self.0.shared.store().kind(kind) {
            Fetched::Absent if self.is_served(kind) != Some(false) => {
                Fetched::Unknown(format!("{kind} is not followed"))
            }
            answer => answer,
        }
    }

    /// Kinds of which it cannot be said what is not there, and why. Sorted.
    #[must_use]
    pub fn unknown_kinds(&self) -> Vec<(GroupKind, String)> {
        self.0.shared.store().unknown_kinds()
    }

    /// How many objects are kept, and how many bytes of text.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.0.shared.store().size()
    }

    /// Whether what is read here is at least as new as `mark`. Kinds that are not followed are not read here, and so
    /// count as seen.
    #[must_use]
    pub fn has_seen(&self, mark: &Mark) -> bool {
        let store = self.0.shared.store();
        match mark {
            Mark::Version { key, resource_version } => {
                let Ok(wanted) = resource_version.parse::<u64>() else { return true };
                store.seen_revision(&GroupKind::of(key), key.namespace.as_deref()).is_none_or(|seen| seen >= wanted)
            }
            Mark::Gone { key, uid } => match store.get(key) {
                Fetched::Known(cached) => {
                    let meta = cached.object.meta();
                    meta.is_terminating() || (!uid.is_empty() && meta.uid != *uid)
                }
                Fetched::Absent | Fetched::Unknown(_) => true,
            },
        }
    }

    fn is_followed(&self, kind: &GroupKind) -> bool {
        !matches!(self.0.shared.store().kind(kind), Fetched::Absent)
    }

    /// Whether the cluster serves a kind at all; `None` when that is not known.
    fn is_served(&self, kind: &GroupKind) -> Option<bool> {
        if self.0.excluded.iter().any(|excluded| excluded.matches(&kind.group, &kind.kind)) {
            return None;
        }
        match self.0.client.known_served()?.preferred(&kind.group, &kind.kind) {
            Fetched::Known(_) => Some(true),
            Fetched::Absent => Some(false),
            Fetched::Unknown(_) => None,
        }
    }
}
