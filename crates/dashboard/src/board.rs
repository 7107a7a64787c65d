//! What is in the cluster, followed by watches from the moment somebody first looks.

use crate::problem::{Code, Problem};
use crate::snapshot::{Snapshot, World};
use api::names::GROUP;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT};
use cluster::{Cache, ClusterClient, ClusterScoped, Followed, GroupKind, Instance, Keep, Mark, Ownership, Selection};
use object::{Fetched, Meta, Object};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

/// Everything that is shown.
const KINDS: [(&str, &str); 6] = [
    (GROUP, ROLLOUT),
    (GROUP, EXPERIMENT),
    (GROUP, ANALYSIS_RUN),
    ("apps", "ReplicaSet"),
    ("apps", "Deployment"),
    ("", "Pod"),
];

/// How long the first look at a cluster may take.
const FIRST_LOOK: Duration = Duration::from_secs(15);
/// How long changes that come together are waited for: a pod that starts is told of several times.
const TOGETHER: Duration = Duration::from_millis(50);
/// How long an answer waits until what was written is seen; then it is given all the same.
const SEEN_WITHIN: Duration = Duration::from_secs(2);

/// What is in the cluster. Cheap to clone; following ends with the last clone.
#[derive(Clone)]
pub struct Board(Arc<Inner>);

struct Inner {
    state: Arc<State>,
    teller: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.teller.abort();
    }
}

struct State {
    cache: Cache,
    /// Counts changes.
    version: Arc<AtomicU64>,
    last: Mutex<(u64, Arc<Snapshot>)>,
    told: watch::Sender<u64>,
}

/// Keeps what is shown, and takes no part in who owns what.
struct Shown;

impl Ownership for Shown {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

async fn follow(client: &ClusterClient, namespace: Option<&str>) -> Result<Cache, Problem> {
    let only = KINDS.iter().map(|(group, kind)| Followed { kind: GroupKind::new(group, kind), labels: None });
    let selection = Selection {
        namespaces: namespace.into_iter().map(Into::into).collect(),
        cluster_scoped: ClusterScoped::LeftOut,
        only: only.collect(),
        ..Selection::default()
    };
    let cache = Cache::start(client.clone(), selection, Arc::new(Shown));
    let looked = tokio::time::timeout(FIRST_LOOK, cache.ready()).await;
    let message = "the cluster has not answered yet; this page tries again";
    looked.map(|()| cache).map_err(|_| Problem::new(Code::Unavailable, message))
}

impl Board {
    /// Begins to follow all namespaces, or `namespace` alone where that is all one may read.
    pub async fn start(client: &ClusterClient, namespace: &str) -> Result<Self, Problem> {
        let mut cache = follow(client, None).await?;
        if matches!(cache.kind(&GroupKind::new(GROUP, ROLLOUT)), Fetched::Unknown(_)) {
            cache = follow(client, Some(namespace)).await?;
        }
        let (version, changed) = (Arc::new(AtomicU64::new(1)), Arc::new(Notify::new()));
        let (counted, noticed) = (Arc::clone(&version), Arc::clone(&changed));
        cache.listen(Arc::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            noticed.notify_one();
        }));
        let last = Mutex::new((0, Arc::new(Snapshot::default())));
        let state = Arc::new(State { cache, version, last, told: watch::Sender::new(0) });
        let teller = tokio::spawn(tell(Arc::clone(&state), changed)).abort_handle();
        Ok(Board(Arc::new(Inner { state, teller })))
    }

    /// Everything as it is now.
    pub fn now(&self) -> Arc<Snapshot> {
        self.0.state.now()
    }

    /// Says when something has changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.state.told.subscribe()
    }

    /// Waits until what was written is seen here.
    pub async fn seen(&self, written: &Object) {
        let mark = Mark::Version { key: written.key(), resource_version: written.meta().resource_version.clone() };
        let mut changes = self.changes();
        let seen = async { while !self.0.state.cache.has_seen(&mark) && changes.changed().await.is_ok() {} };
        // It is written in any case; who looks a moment later sees it.
        let _ = tokio::time::timeout(SEEN_WITHIN, seen).await;
    }
}

async fn tell(state: Arc<State>, changed: Arc<Notify>) {
    loop {
        changed.notified().await;
        tokio::time::sleep(TOGETHER).await;
        state.now();
        state.told.send_modify(|count| *count += 1);
    }
}

impl State {
    fn now(&self) -> Arc<Snapshot> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.version.load(Ordering::SeqCst);
        if last.0 != version {
            *last = (version, Arc::new(self.look(&last.1)));
        }
        Arc::clone(&last.1)
    }

    fn look(&self, before: &Snapshot) -> Snapshot {
        let [rollouts, experiments, runs, sets, deployments, pods] =
            KINDS.map(|(group, kind)| self.objects(&GroupKind::new(group, kind)));
        let world = World { rollouts, sets, pods, experiments, runs, deployments };
        let mut snapshot = Snapshot::of(&world, before);
        for (group, kind) in KINDS {
            if let Fetched::Unknown(cause) = self.cache.kind(&GroupKind::new(group, kind)) {
                snapshot.blind.push((kind.to_owned(), cause.to_string()));
            }
        }
        snapshot
    }

    fn objects(&self, kind: &GroupKind) -> Vec<Object> {
        self.cache.objects(kind).into_iter().map(|cached| cached.object).collect()
    }
}
