//! All applications of the control plane, kept as the cluster's cache hears of them. Lists and streams are answered from
//! here and never by asking the cluster.
//!
//! Start reading at [`Index::follow`].

mod entry;
mod news;

pub use entry::{Entry, EntryKey};
pub use news::{Event, News};

use api::names::{APPLICATION, GROUP};
use cluster::{Cache, GroupKind, Notice, Presence};
use object::Key;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};

/// So many changes are held for a stream that is slow; one that falls behind further is told everything anew.
const BEHIND_MAX: usize = 8_192;

/// How long a writer waits to see here what it has written.
const SEEN_WITHIN: Duration = Duration::from_secs(2);

/// All applications. Cheap to clone; clones are one index.
#[derive(Debug, Clone)]
pub struct Index(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    control_plane: String,
    entries: RwLock<Entries>,
    news: broadcast::Sender<News>,
    told: watch::Sender<u64>,
}

type Entries = Arc<BTreeMap<EntryKey, Arc<Entry>>>;

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new(control_plane: &str) -> Self {
        let (news, told) = (broadcast::Sender::new(BEHIND_MAX), watch::Sender::new(0));
        Index(Arc::new(Inner { control_plane: control_plane.to_owned(), entries: RwLock::default(), news, told }))
    }

    /// Follows a cache until the task that is given ends.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn follow(&self, cache: &Cache) -> impl Future<Output = ()> + Send + 'static {
        // The listener must be quick, so it only hands over what changed.
        let (sender, receiver) = mpsc::unbounded_channel();
        cache.listen(Arc::new(move |notice| {
            if let Notice::Object { key, presence, .. } = notice
                && (&*key.group, &*key.kind) == (GROUP, APPLICATION)
            {
                // Nobody listens any longer: the process ends.
                let _ = sender.send((key.clone(), *presence));
            }
        }));
        follow(self.clone(), cache.clone(), receiver)
    }

    /// Everything as it is now.
    #[must_use]
    pub fn all(&self) -> Arc<BTreeMap<EntryKey, Arc<Entry>>> {
        Arc::clone(&self.0.entries.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// One application.
    #[must_use]
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<Entry>> {
        self.0.entries.read().unwrap_or_else(PoisonError::into_inner).get(&EntryKey::new(namespace, name)).cloned()
    }

    /// What changes from now on.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.0.news.subscribe()
    }

    /// Waits, for a short while, until a version that was written is seen here.
    pub async fn seen(&self, namespace: &str, name: &str, version: &str) {
        let Ok(wanted) = version.parse::<u64>() else { return };
        let _ = tokio::time::timeout(
            SEEN_WITHIN,
            self.until(namespace, name, |entry| entry.is_none_or(|entry| entry.revision >= wanted)),
        )
        .await;
    }

    /// Waits until an application is as wanted, or is gone; gives it.
    pub async fn until(
        &self,
        namespace: &str,
        name: &str,
        holds: impl Fn(Option<&Arc<Entry>>) -> bool,
    ) -> Option<Arc<Entry>> {
        let mut told = self.0.told.subscribe();
        loop {
            told.mark_unchanged();
            let entry = self.get(namespace, name);
            if holds(entry.as_ref()) || told.changed().await.is_err() {
                return entry;
            }
        }
    }

    /// Takes in one change.
    fn take(&self, cache: &Cache, key: &Key, presence: Presence) {
        let at = EntryKey::new(key.namespace.as_deref().unwrap_or_default(), &key.name);
        let object = match presence {
            Presence::Present => cache.get(key).into_known().map(|cached| cached.object),
            Presence::Gone => None,
        };
        let read = object.and_then(|object| match Entry::read(object, &self.0.control_plane) {
            Ok(entry) => Some(Arc::new(entry)),
            Err(error) => {
                tracing::warn!("an application is left out of lists: {error}");
                None
            }
        });
        self.put(at, read);
    }

    fn put(&self, at: EntryKey, entry: Option<Arc<Entry>>) {
        let before = {
            let mut entries = self.0.entries.write().unwrap_or_else(PoisonError::into_inner);
            let entries = Arc::make_mut(&mut entries);
            match &entry {
                Some(entry) => entries.insert(at, Arc::clone(entry)),
                None => entries.remove(&at),
            }
        };
        let news = match (before, entry) {
            (None, Some(entry)) => News::new(Event::Added, entry),
            (Some(before), Some(entry)) if before.object == entry.object => return,
            (Some(_), Some(entry)) => News::new(Event::Modified, entry),
            (Some(before), None) => News::new(Event::Deleted, before),
            (None, None) => return,
        };
        // Nobody may listen.
        let _ = self.0.news.send(news);
        self.0.told.send_modify(|count| *count += 1);
    }
}

async fn follow(index: Index, cache: Cache, mut changes: mpsc::UnboundedReceiver<(Key, Presence)>) {
    for cached in cache.objects(&GroupKind::new(GROUP, APPLICATION)) {
        index.take(&cache, &cached.object.key(), Presence::Present);
    }
    while let Some((key, presence)) = changes.recv().await {
        index.take(&cache, &key, presence);
    }
}
