//! What every request gets.

use crate::door::{Door, User};
use crate::entry::Entry;
use crate::judge::Judge;
use crate::plane::Plane;
use crate::problem::Problem;
use crate::view::View;
use crate::world::World;
use clock::Clock;
use cluster::ClusterClient;
use rbac::{Request, Resource, actions};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OnceCell, Semaphore};

/// So many different views are kept for those who look at the same.
const SHARED_MAX: usize = 256;
/// So many follow logs at once: each holds a connection to the cluster.
const FOLLOWERS_MAX: usize = 100;

/// What the pages are made with.
pub struct Options {
    /// The control plane's namespace.
    pub namespace: String,
    /// The cluster.
    pub client: ClusterClient,
    /// The time.
    pub clock: Clock,
    /// Who asks, and what they may.
    pub door: Arc<dyn Door>,
    /// What is desired.
    pub judge: Arc<dyn Judge>,
    /// Who changes what is set up.
    pub plane: Arc<dyn Plane>,
}

/// What every request gets.
pub struct Site {
    /// The control plane's namespace.
    pub namespace: String,
    /// The cluster.
    pub client: ClusterClient,
    /// The time.
    pub clock: Clock,
    /// Who asks, and what they may.
    pub door: Arc<dyn Door>,
    /// What is desired.
    pub judge: Arc<dyn Judge>,
    /// Who changes what is set up.
    pub plane: Arc<dyn Plane>,
    /// Places for those who follow logs.
    pub followers: Arc<Semaphore>,
    world: OnceCell<World>,
    shared: Mutex<BTreeMap<String, (u64, View)>>,
}

impl Site {
    /// A site that follows nothing yet.
    pub fn new(options: Options) -> Self {
        let Options { namespace, client, clock, door, judge, plane } = options;
        let followers = Arc::new(Semaphore::new(FOLLOWERS_MAX));
        Site {
            namespace,
            client,
            clock,
            door,
            judge,
            plane,
            followers,
            world: OnceCell::new(),
            shared: Mutex::default(),
        }
    }

    /// What is in the cluster; the first who asks waits until it has been read.
    pub async fn world(&self) -> Result<&World, Problem> {
        self.world.get_or_try_init(|| World::start(&self.client, &self.namespace)).await
    }

    /// Whether somebody may do something with something.
    pub fn may(&self, user: &User, resource: Resource, action: &str, object: &str) -> bool {
        self.door.may(user, Request { resource, action, object })
    }

    /// Whether somebody may do something with an application, and see it.
    pub fn may_app(&self, user: &User, action: &str, entry: &Entry) -> bool {
        let may = |action: &str| self.may(user, Resource::Applications, action, &entry.policy);
        may(actions::GET) && may(action)
    }

    /// An application that somebody may see.
    pub async fn application(&self, user: &User, namespace: &str, name: &str) -> Result<Arc<Entry>, Problem> {
        let found = self.world().await?.applications().get(namespace, name).cloned();
        found.filter(|entry| self.may_app(user, actions::GET, entry)).ok_or_else(Problem::missing)
    }

    /// What `make` shows, made once for each `version` of the world for all whose `key` is the same. The key must hold
    /// everything the view depends on but the world: who looks, too.
    pub fn shared(&self, key: &str, version: u64, make: impl FnOnce() -> View) -> View {
        let known = |shared: &BTreeMap<String, (u64, View)>| {
            shared.get(key).filter(|(own, _)| *own == version).map(|(_, view)| view.clone())
        };
        if let Some(view) = known(&self.shared.lock().unwrap_or_else(PoisonError::into_inner)) {
            return view;
        }
        let view = make();
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.len() >= SHARED_MAX {
            shared.clear();
        }
        shared.insert(key.to_owned(), (version, view.clone()));
        view
    }
}
