//! Guards against planning on reads older than our own writes.

use cluster::{ClusterId, Clusters, Effect, Mark, Target, Written};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a write is waited for. A watch that has not told of it by then is broken, and the writes' own guards must
/// do: better to plan on what there is than not at all.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// What was written for each key and may not have been seen yet.
#[derive(Debug)]
pub(crate) struct Unseen<K>(Mutex<BTreeMap<K, Vec<Wait>>>);

#[derive(Debug)]
struct Wait {
    cluster: ClusterId,
    mark: Mark,
    until: Instant,
}

impl<K: Ord + Clone> Unseen<K> {
    pub(crate) fn new() -> Self {
        Unseen(Mutex::default())
    }

    /// Notes a write that was made for `key`.
    pub(crate) fn wrote(&self, key: &K, cluster: &ClusterId, target: &Target, written: &Written, now: Instant) {
        let Some(mark) = mark(target, written) else { return };
        let wait = Wait { cluster: cluster.clone(), mark, until: now + WAIT_MAX };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().push(wait);
    }

    /// Whether everything written for `key` is seen in the caches.
    pub(crate) fn is_fresh(&self, key: &K, clusters: &Clusters, now: Instant) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waits) = all.get_mut(key) else { return true };
        waits.retain(|wait| now < wait.until && !has_seen(clusters, wait));
        let is_fresh = waits.is_empty();
        if is_fresh {
            all.remove(key);
        }
        is_fresh
    }
}

/// What to look for after a write; `None` when it changed nothing.
fn mark(target: &Target, written: &Written) -> Option<Mark> {
    match (written.effect, &written.object) {
        (Effect::AlreadyGone | Effect::Unchanged, _) => None,
        (Effect::Deleted, _) => {
            let uid = written.object.as_ref().map(|object| object.meta().uid.clone()).unwrap_or_default();
            Some(Mark::Gone { key: target.key(), uid })
        }
        (_, Some(object)) => {
            Some(Mark::Version { key: object.key(), resource_version: object.meta().resource_version.clone() })
        }
        (_, None) => None,
    }
}

/// A cluster without a cache is read directly, and so never stale.
fn has_seen(clusters: &Clusters, wait: &Wait) -> bool {
    let cache = clusters.get(&wait.cluster).and_then(|cluster| cluster.cache);
    cache.is_none_or(|cache| cache.has_seen(&wait.mark))
}
