//! What a user sees who watches Rollouts.

use anyhow::{Result, bail};
use api::rollouts::{ROLLOUT, Rollout};
use cluster::{Cache, ClusterClient, Followed, GroupKind, Instance, Keep, Notice, Ownership, Selection};
use object::{Fetched, Meta};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How long nothing that is waited for may come before the run is given up.
const PATIENCE: Duration = Duration::from_secs(600);

/// One change of one Rollout.
pub struct Event {
    pub at: Instant,
    pub name: String,
    /// Its phase, empty while its last spec was not looked at.
    pub phase: String,
    pub step: Option<i32>,
    pub image: String,
}

/// Events in the order in which they came.
pub struct Watch {
    /// Follows the cluster while it lives.
    _cache: Cache,
    events: mpsc::UnboundedReceiver<Event>,
}

/// Keeps objects whole: nobody here asks whose they are.
struct Whole;

impl Ownership for Whole {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

impl Watch {
    /// Begins to watch.
    pub async fn start(client: &ClusterClient) -> Self {
        let only = vec![Followed { kind: GroupKind::new(api::names::GROUP, ROLLOUT), labels: None }];
        let cache = Cache::start(client.clone(), Selection { only, ..Selection::default() }, Arc::new(Whole));
        let (sender, events) = mpsc::unbounded_channel();
        let source = cache.clone();
        cache.listen(Arc::new(move |notice| {
            if let Notice::Object { key, .. } = notice
                && let Fetched::Known(cached) = source.get(key)
                && let Ok(rollout) = Rollout::read(&cached.object)
            {
                // Nobody listens any more once the run is over.
                let _ = sender.send(read(&rollout, source.client().clock().monotonic()));
            }
        }));
        cache.ready().await;
        Watch { _cache: cache, events }
    }

    /// The first event from now on for which `wanted` gives something.
    pub async fn wait<T>(&mut self, what: &str, mut wanted: impl FnMut(&Event) -> Option<T>) -> Result<T> {
        let found = async {
            while let Some(event) = self.events.recv().await {
                if let Some(found) = wanted(&event) {
                    return Some(found);
                }
            }
            None
        };
        match timeout(PATIENCE, found).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => bail!("the watch of the cluster has ended while waiting for {what}"),
            Err(_) => bail!("no {what} within {} s", PATIENCE.as_secs()),
        }
    }

    /// Waits until nothing has changed for this long.
    pub async fn settle(&mut self, quiet: Duration) {
        while let Ok(Some(_)) = timeout(quiet, self.events.recv()).await {}
    }
}

fn read(rollout: &Rollout, at: Instant) -> Event {
    let status = &rollout.status;
    let is_observed = status.observed_generation == rollout.metadata.generation.to_string();
    let image = rollout.spec.template.pointer("/spec/containers/0/image").and_then(serde_json::Value::as_str);
    Event {
        at,
        name: rollout.metadata.name.clone(),
        phase: if is_observed { status.phase.clone() } else { String::new() },
        step: status.current_step_index,
        image: image.unwrap_or_default().to_owned(),
    }
}
