//! Keeps a front up to date with a cluster, and tells the cluster where it is reached.

use crate::front::Front;
use crate::objects::{Kind, Objects};
use crate::routers::KINDS;
use crate::snapshot::Snapshot;
use crate::statuses;
use cluster::{Cache, Cached, ClusterClient, Followed, GroupKind, Instance, Keep, Ownership, Selection};
use object::{Key, Meta};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long after a refused write of a status it is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(5);

/// Definitions of kinds: a router may be installed later.
const DEFINITION: Kind = ("apiextensions.k8s.io", "CustomResourceDefinition");

/// A cache of what routes are read from.
///
/// Assumption: called inside a Tokio runtime.
pub fn start_cache(client: ClusterClient) -> Cache {
    let kinds = KINDS.iter().chain([&DEFINITION]);
    let only = kinds.map(|(group, kind)| Followed { kind: GroupKind::new(group, kind), labels: None });
    let selection = Selection { only: only.collect(), ..Selection::default() };
    Cache::start(client, selection, Arc::new(Whole))
}

struct Whole;

impl Ownership for Whole {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, meta: &Meta) -> Keep {
        if *meta.gvk.kind == *DEFINITION.1 { Keep::Metadata } else { Keep::WithoutManagedFields }
    }
}

/// Follows the cluster for ever. Every change is shown before the next is waited for; changes that come together are
/// shown together.
pub async fn follow(cache: Cache, front: Arc<Front>, seen: watch::Sender<Arc<Objects>>) {
    let changed = Arc::new(Notify::new());
    let noticed = Arc::clone(&changed);
    cache.listen(Arc::new(move |_| noticed.notify_one()));
    cache.ready().await;
    let mut parsed = Parsed::default();
    loop {
        let objects = parsed.read(&cache);
        front.show(Snapshot::of(&objects, front.tallies()));
        seen.send_replace(Arc::new(objects));
        changed.notified().await;
    }
}

/// Writes statuses for ever.
pub async fn tell(client: ClusterClient, address: SocketAddr, mut seen: watch::Receiver<Arc<Objects>>) {
    loop {
        let objects = Arc::clone(&seen.borrow_and_update());
        let mut refused = false;
        for write in statuses::plan(&objects, address, client.clock().now()) {
            if let Err(error) = client.write(&write).await {
                tracing::debug!("{} was not told where it is reached: {error}", write.target);
                refused = true;
            }
        }
        let changed = seen.changed();
        let outcome =
            if refused { tokio::time::timeout(WRITE_AGAIN, changed).await.unwrap_or(Ok(())) } else { changed.await };
        if outcome.is_err() {
            return;
        }
    }
}

/// Objects as values; those that have not changed are not read again.
#[derive(Default)]
struct Parsed(BTreeMap<Key, (Box<str>, Arc<Value>)>);

impl Parsed {
    fn read(&mut self, cache: &Cache) -> Objects {
        let before = std::mem::take(&mut self.0);
        let mut objects = Objects::default();
        for kind in KINDS {
            for cached in cache.objects(&GroupKind::new(kind.0, kind.1)) {
                self.take(kind, &cached, &before, &mut objects);
            }
        }
        objects
    }

    fn take(
        &mut self,
        kind: Kind,
        cached: &Cached,
        before: &BTreeMap<Key, (Box<str>, Arc<Value>)>,
        into: &mut Objects,
    ) {
        let meta = cached.object.meta();
        let key = Key::new(kind.0, kind.1, cached.object.namespace(), cached.object.name());
        let known = before.get(&key).filter(|(version, _)| *version == meta.resource_version);
        let value = known.map_or_else(|| Arc::new(cached.object.value()), |(_, value)| Arc::clone(value));
        into.insert(kind, Arc::clone(&value));
        self.0.insert(key, (meta.resource_version.clone(), value));
    }
}
