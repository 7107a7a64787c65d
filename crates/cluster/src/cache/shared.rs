//! What the followers of all kinds share: the store, who listens, and what is still awaited.

use super::notice::Notice;
use super::ownership::Ownership;
use super::store::{Region, Store};
use crate::{GroupKind, Keep};
use object::{Key, Object};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::{Notify, Semaphore, watch};

/// How many collections are listed at a time: lists are what costs memory and the server's time.
const LISTS_AT_ONCE: usize = 16;

/// Called for every change, in the order of each kind's changes. Must be quick and must not call the cache's writers.
pub type Listener = Arc<dyn Fn(&Notice) + Send + Sync>;

pub(super) struct Shared {
    store: RwLock<Store>,
    listeners: Mutex<Vec<Listener>>,
    pub(super) ownership: Arc<dyn Ownership>,
    /// Bounds how many collections are listed at a time.
    pub(super) lists: Semaphore,
    /// The kinds served may have changed.
    pub(super) kinds_changed: Notify,
    awaited: watch::Sender<Awaited>,
}

/// What must be tried once before the cache is of use.
#[derive(Debug, Default)]
pub(super) struct Awaited {
    discovered: bool,
    kinds: BTreeSet<(GroupKind, Region)>,
}

impl Awaited {
    pub(super) fn is_over(&self) -> bool {
        self.discovered && self.kinds.is_empty()
    }
}

impl Shared {
    pub(super) fn new(ownership: Arc<dyn Ownership>) -> Self {
        Shared {
            store: RwLock::new(Store::new(Arc::clone(&ownership))),
            listeners: Mutex::default(),
            ownership,
            lists: Semaphore::new(LISTS_AT_ONCE),
            kinds_changed: Notify::new(),
            awaited: watch::Sender::default(),
        }
    }

    pub(super) fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listen(&self, listener: Listener) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub(super) fn awaited(&self) -> watch::Receiver<Awaited> {
        self.awaited.subscribe()
    }

    pub(super) fn discovered(&self) {
        self.awaited.send_modify(|awaited| awaited.discovered = true);
    }

    pub(super) fn begin(&self, kind: &GroupKind, region: &Region) {
        let awaited = (kind.clone(), region.clone());
        self.awaited.send_modify(|all| {
            all.kinds.insert(awaited);
        });
        self.change(|store| {
            store.begin(kind, region);
            Vec::new()
        });
    }

    pub(super) fn listed(&self, kind: &GroupKind, region: &Region, objects: Vec<(Object, Keep)>, revision: &str) {
        self.change(|store| store.listed(kind, region, objects, revision));
        self.tried(kind, region);
    }

    pub(super) fn lost(&self, kind: &GroupKind, region: &Region, cause: String) {
        self.change(|store| store.lost(kind, region, cause).into_iter().collect());
        self.tried(kind, region);
    }

    pub(super) fn regained(&self, kind: &GroupKind, region: &Region) {
        self.change(|store| store.regained(kind, region).into_iter().collect());
    }

    pub(super) fn dropped(&self, kind: &GroupKind, regions: &[Region]) {
        self.change(|store| store.dropped(kind));
        for region in regions {
            self.tried(kind, region);
        }
    }

    pub(super) fn applied(&self, kind: &GroupKind, region: &Region, object: Object, keep: Keep) {
        let revision = object.meta().resource_version.clone();
        self.change(|store| {
            let change = store.applied(object, keep);
            store.seen(kind, region, &revision);
            change.into_iter().collect()
        });
    }

    pub(super) fn removed(&self, kind: &GroupKind, region: &Region, key: &Key, revision: &str) {
        self.change(|store| {
            let change = store.remove(key);
            store.seen(kind, region, revision);
            change.into_iter().collect()
        });
    }

    pub(super) fn seen(&self, kind: &GroupKind, region: &Region, revision: &str) {
        self.change(|store| {
            store.seen(kind, region, revision);
            Vec::new()
        });
    }

    fn tried(&self, kind: &GroupKind, region: &Region) {
        let tried = (kind.clone(), region.clone());
        self.awaited.send_modify(|all| {
            all.kinds.remove(&tried);
        });
    }

    /// Changes the store and tells the listeners, outside the lock.
    fn change(&self, change: impl FnOnce(&mut Store) -> Vec<Notice>) {
        let changes = change(&mut self.store.write().unwrap_or_else(PoisonError::into_inner));
        if changes.is_empty() {
            return;
        }
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for change in &changes {
            if changes_kinds(change) {
                self.kinds_changed.notify_one();
            }
            for listener in &listeners {
                listener(change);
            }
        }
    }
}

/// Whether it is about an object that decides which kinds are served.
fn changes_kinds(change: &Notice) -> bool {
    let Notice::Object { key, .. } = change else { return false };
    matches!(
        (&*key.group, &*key.kind),
        ("apiextensions.k8s.io", "CustomResourceDefinition") | ("apiregistration.k8s.io", "APIService")
    )
}
