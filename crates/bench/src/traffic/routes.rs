//! What a user sees who watches Ingresses.

use anyhow::{Result, bail};
use cluster::{Cache, ClusterClient, Followed, GroupKind, Instance, Keep, Notice, Ownership, Selection};
use object::{Fetched, Meta};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How long no Ingress may change before the run is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// The annotation with a second Ingress's share.
const WEIGHT: &str = "nginx.ingress.kubernetes.io/canary-weight";
const INGRESS: (&str, &str) = ("networking.k8s.io", "Ingress");

struct Event {
    at: Instant,
    name: String,
    weight: String,
}

/// Ingresses, followed while this lives.
pub struct Routes {
    _cache: Cache,
    events: mpsc::UnboundedReceiver<Event>,
    /// How often each was written since the watch began.
    writes: BTreeMap<String, u32>,
}

struct Whole;

impl Ownership for Whole {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

impl Routes {
    /// Begins to watch.
    pub async fn start(client: &ClusterClient) -> Self {
        let only = vec![Followed { kind: GroupKind::new(INGRESS.0, INGRESS.1), labels: None }];
        let cache = Cache::start(client.clone(), Selection { only, ..Selection::default() }, Arc::new(Whole));
        cache.ready().await;
        let (sender, events) = mpsc::unbounded_channel();
        let source = cache.clone();
        cache.listen(Arc::new(move |notice| {
            if let Notice::Object { key, .. } = notice
                && let Fetched::Known(cached) = source.get(key)
            {
                let weight = cached.object.meta().annotation(WEIGHT).unwrap_or_default().to_owned();
                let at = source.client().clock().monotonic();
                // Nobody listens any more once the run is over.
                let _ = sender.send(Event { at, name: key.name.to_string(), weight });
            }
        }));
        Routes { _cache: cache, events, writes: BTreeMap::new() }
    }

    /// Waits until all of these have a weight; gives the time of the last event needed.
    pub async fn wait(&mut self, mut missing: BTreeSet<String>, weight: &str) -> Result<Instant> {
        loop {
            let Ok(Some(event)) = timeout(PATIENCE, self.events.recv()).await else {
                bail!("{} routes have no weight {weight} yet and none changes", missing.len());
            };
            *self.writes.entry(event.name.clone()).or_default() += 1;
            if event.weight == weight {
                missing.remove(&event.name);
            }
            if missing.is_empty() {
                return Ok(event.at);
            }
        }
    }

    /// Waits until nothing changes any more, and says how often the route was written that was written most.
    pub async fn writes_most(&mut self, quiet: Duration) -> u32 {
        while let Ok(Some(event)) = timeout(quiet, self.events.recv()).await {
            *self.writes.entry(event.name).or_default() += 1;
        }
        self.writes.values().copied().max().unwrap_or_default()
    }
}
