//! One cluster: connected, followed, and looked after, by a task of its own.

use super::declared::ClusterSecret;
use super::news::{News, Told};
use crate::ownership::ByTracking;
use api::Tracking;
use clock::Clock;
use cluster::{
    Access, Cache, Cluster, ClusterClient, ClusterError, ClusterId, Clusters, ConnectError, ErrorClass, Excluded,
    Request, Selection,
};
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// How long a cluster may take to say that it is there.
const CONTACT_LIMIT: Duration = Duration::from_secs(10);

/// How often a cluster is asked whether it is there. Upstream looks at its clusters as often.
const CONTACT_PAUSE: Duration = Duration::from_secs(10);

/// How often it may not answer before it is called out of reach: one lost packet is no outage.
const FAILURES_MAX: u32 = 2;

/// Makes clients of clusters.
pub trait Connect: Send + Sync + 'static {
    /// A client of the cluster that is declared like this. Nothing is sent yet.
    fn connect<'a>(
        &'a self,
        access: &'a Access,
        clock: &'a Clock,
    ) -> BoxFuture<'a, Result<ClusterClient, ConnectError>>;
}

/// Clusters of the network.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByNetwork;

impl Connect for ByNetwork {
    fn connect<'a>(
        &'a self,
        access: &'a Access,
        clock: &'a Clock,
    ) -> BoxFuture<'a, Result<ClusterClient, ConnectError>> {
        Box::pin(ClusterClient::from_access(access, clock))
    }
}

/// How it stands with a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// It was not heard of yet, or is being listed.
    Connecting,
    /// It answers, and what is in it is known.
    Up,
    /// It cannot be used: why.
    Down(String),
}

/// What all clusters are followed with.
#[derive(Clone)]
pub(super) struct Around {
    pub clusters: Clusters,
    pub clock: Clock,
    pub connect: Arc<dyn Connect>,
    pub excluded: Vec<Excluded>,
    pub tracking: Tracking,
}

/// A cluster that is followed; no longer when dropped.
pub(super) struct Followed {
    declared: ClusterSecret,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    id: ClusterId,
    clusters: Clusters,
    state: Mutex<State>,
}

struct State {
    connection: Connection,
    is_over: bool,
}

impl Followed {
    /// Begins to follow a cluster.
    pub fn start(id: ClusterId, declared: &ClusterSecret, around: Around, told: Told) -> Self {
        let state = Mutex::new(State { connection: Connection::Connecting, is_over: false });
        let shared = Arc::new(Shared { id, clusters: around.clusters.clone(), state });
        let task = follow(Arc::clone(&shared), declared.clone(), around, told);
        Followed { declared: declared.clone(), shared, task: tokio::spawn(task).abort_handle() }
    }

    /// Whether it is declared like this.
    pub fn is_of(&self, declared: &ClusterSecret) -> bool {
        self.declared == *declared
    }

    pub fn connection(&self) -> Connection {
        self.shared.lock().connection.clone()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.lock().is_over = true;
        self.shared.clusters.remove(&self.shared.id);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands from now on; whoever goes there is told where that is new.
    fn set(&self, connection: Connection, told: &Told) {
        let mut state = self.lock();
        let is_new = state.connection != connection;
        state.connection = connection;
        drop(state);
        if is_new {
            told(&self.id, News::Connection);
        }
    }

    /// Makes the cluster known to whoever writes, unless it is followed no more.
    fn publish(&self, client: ClusterClient, cache: Cache) {
        let state = self.lock();
        if !state.is_over {
            self.clusters.insert(self.id.clone(), Cluster { client, cache: Some(cache) });
        }
    }
}

async fn follow(shared: Arc<Shared>, declared: ClusterSecret, around: Around, told: Told) {
    let client = match client(&declared, &around).await {
        Ok(client) => client,
        // Nothing but another declaration helps, and that begins anew.
        Err(why) => return shared.set(Connection::Down(why), &told),
    };
    while let Err(why) = within_limit(client.refresh_served()).await {
        shared.set(Connection::Down(why), &told);
        sleep(CONTACT_PAUSE).await;
    }
    shared.set(Connection::Connecting, &told);
    let selection = Selection {
        namespaces: declared.namespaces.clone(),
        cluster_scoped: declared.cluster_scoped,
        excluded: around.excluded.clone(),
        ..Selection::default()
    };
    let cache = Cache::start(client.clone(), selection, Arc::new(ByTracking::new(around.tracking.clone())));
    let (id, of_listener) = (shared.id.clone(), Arc::clone(&told));
    cache.listen(Arc::new(move |notice| of_listener(&id, News::Notice(notice))));
    shared.publish(client.clone(), cache.clone());
    cache.ready().await;
    look_after(&shared, &client, &told).await;
}

async fn client(declared: &ClusterSecret, around: &Around) -> Result<ClusterClient, String> {
    let access = declared.access.as_ref().map_err(|why| format!("the Secret {}: {why}", declared.secret))?;
    let connected = around.connect.connect(access, &around.clock).await;
    connected.map_err(|error| format!("the Secret {}: {error}", declared.secret))
}

/// Asks again and again whether the cluster is there.
async fn look_after(shared: &Shared, client: &ClusterClient, told: &Told) {
    shared.set(Connection::Up, told);
    let mut failures = 0;
    loop {
        sleep(CONTACT_PAUSE).await;
        match within_limit(client.send(&Request::get_path("/version"))).await {
            Ok(_) => {
                failures = 0;
                shared.set(Connection::Up, told);
            }
            Err(why) => {
                failures += 1;
                if failures >= FAILURES_MAX {
                    shared.set(Connection::Down(why), told);
                }
            }
        }
    }
}

/// An answer within the time a cluster has; a cluster that forbids the question is there too.
async fn within_limit<T>(asked: impl Future<Output = Result<T, ClusterError>>) -> Result<Option<T>, String> {
    match timeout(CONTACT_LIMIT, asked).await {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(error)) if error.class == ErrorClass::Forbidden => Ok(None),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it did not answer within {} s", CONTACT_LIMIT.as_secs())),
    }
}
