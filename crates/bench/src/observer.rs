//! What a user sees who watches the cluster: each change of an Application or a Deployment, and when it came.

use anyhow::{Result, bail};
use api::names;
use cluster::{Cache, ClusterClient, Excluded, Keep, Notice, Ownership, Selection};
use object::{Fetched, Key, Meta};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How long nothing that is waited for may come before the run is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// One change.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: Instant,
    pub name: String,
    pub seen: Seen,
}

/// What an object says of itself.
#[derive(Debug, Clone)]
pub enum Seen {
    Application { is_synced: bool, repository: String },
    Deployment { replicas: u64, image: String },
}

/// Events in the order in which they came.
pub struct Observer {
    /// Follows the cluster while it lives.
    _cache: Cache,
    events: mpsc::UnboundedReceiver<Event>,
}

/// Keeps objects whole: nobody here asks whose they are.
struct Whole;

impl Ownership for Whole {
    fn instance_of(&self, _: &Meta) -> Option<cluster::Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

impl Observer {
    /// Begins to watch the Applications and the Deployments, and nothing else, so as to cost the cluster little.
    pub async fn start(client: &ClusterClient) -> Result<Self> {
        let served = client.refresh_served().await?;
        let watched = |kind: &str| kind == names::APPLICATION || kind == "Deployment";
        let others = served.preferred_kinds().filter(|resource| !watched(&resource.gvk.kind));
        let excluded = others.map(|resource| Excluded::new(&resource.gvk.group, &resource.gvk.kind)).collect();
        let cache = Cache::start(client.clone(), Selection { excluded, ..Selection::default() }, Arc::new(Whole));
        let (sender, events) = mpsc::unbounded_channel();
        let source = cache.clone();
        cache.listen(Arc::new(move |notice| {
            if let Notice::Object { key, .. } = notice
                && let Some(event) = read(&source, key)
            {
                // Nobody listens any more once the run is over.
                let _ = sender.send(event);
            }
        }));
        cache.ready().await;
        Ok(Observer { _cache: cache, events })
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

/// Called in the follower's own task, so that the cache holds what the event has brought.
fn read(cache: &Cache, key: &Key) -> Option<Event> {
    let at = cache.client().clock().monotonic();
    let Fetched::Known(cached) = cache.get(key) else { return None };
    let seen = match &*key.kind {
        "Deployment" => deployment(cached.object.raw())?,
        _ => application(cached.object.raw())?,
    };
    Some(Event { at, name: key.name.to_string(), seen })
}

fn application(raw: &[u8]) -> Option<Seen> {
    let read: Application = serde_json::from_slice(raw).ok()?;
    let sync = read.status.sync;
    let repository = sync.compared_to.source.repo_url;
    Some(Seen::Application { is_synced: sync.status == "Synced", repository })
}

fn deployment(raw: &[u8]) -> Option<Seen> {
    let read: Deployment = serde_json::from_slice(raw).ok()?;
    let image = read.spec.template.spec.containers.into_iter().next()?.image;
    Some(Seen::Deployment { replicas: read.spec.replicas, image })
}

#[derive(Deserialize)]
struct Application {
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    sync: SyncStatus,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SyncStatus {
    status: String,
    compared_to: ComparedTo,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ComparedTo {
    source: Source,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Source {
    #[serde(rename = "repoURL")]
    repo_url: String,
}

#[derive(Deserialize)]
struct Deployment {
    spec: DeploymentSpec,
}

#[derive(Deserialize)]
struct DeploymentSpec {
    #[serde(default)]
    replicas: u64,
    template: Template,
}

#[derive(Deserialize)]
struct Template {
    spec: PodSpec,
}

#[derive(Deserialize)]
struct PodSpec {
    containers: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    #[serde(default)]
    image: String,
}
