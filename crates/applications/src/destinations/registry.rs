//! The clusters that are declared, and those that are followed because an application goes there.

use super::declared::ClusterSecret;
use super::follow::{Around, Connect, Connection, Followed};
use super::news::Told;
use super::resolve::{Destination, NoDestination, resolve};
use crate::AppKey;
use crate::settings::Settings;
use api::ApplicationDestination;
use clock::Clock;
use cluster::{Cache, ClusterId, Clusters};
use object::Fetched;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// All clusters that applications go to.
pub struct Destinations {
    around: Around,
    told: OnceLock<Told>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What is declared, or why that cannot be said.
    declared: Option<Arc<Vec<ClusterSecret>>>,
    followed: BTreeMap<ClusterId, Followed>,
    users: BTreeMap<AppKey, ClusterId>,
}

/// Where an application goes, and how it stands there.
pub struct Place {
    /// What is in the cluster; `None` before it was heard of.
    pub cache: Option<Cache>,
    /// How it stands with the cluster.
    pub connection: Connection,
}

impl Destinations {
    /// No clusters but those in `clusters`.
    #[must_use]
    pub fn new(clusters: Clusters, clock: Clock, connect: Arc<dyn Connect>, settings: &Settings) -> Self {
        let around = Around {
            clusters,
            clock,
            connect,
            excluded: settings.excluded.clone(),
            tracking: settings.tracking.clone(),
        };
        Destinations { around, told: OnceLock::new(), state: Mutex::default() }
    }

    /// Who is told what is new of clusters. Only the first call counts.
    pub fn tell(&self, told: Told) {
        let _ = self.told.set(told);
    }

    /// What is declared from now on; `Unknown` leaves what is known. Whether that is new.
    ///
    /// Guarantees: a cluster that is declared otherwise than before is followed anew, one that is no more is left.
    pub fn learn(&self, declared: Fetched<Vec<ClusterSecret>>) -> bool {
        let declared = match declared {
            Fetched::Known(declared) => declared,
            Fetched::Absent => Vec::new(),
            Fetched::Unknown(_) => return false,
        };
        let mut state = self.lock();
        if state.declared.as_deref() == Some(&declared) {
            return false;
        }
        let is_same = |id: &ClusterId, followed: &Followed| {
            declared.iter().any(|own| ClusterId::named(&own.server) == *id && followed.is_of(own))
        };
        let ids: Vec<ClusterId> =
            state.followed.iter().filter(|(id, own)| !is_same(id, own)).map(|(id, _)| id.clone()).collect();
        let left: Vec<Option<Followed>> = ids.iter().map(|id| state.followed.remove(id)).collect();
        state.declared = Some(Arc::new(declared));
        drop(state);
        drop(left);
        true
    }

    /// Which cluster a destination means.
    ///
    /// # Errors
    /// There is none, or that cannot be said.
    pub fn resolve(&self, destination: &ApplicationDestination) -> Result<Arc<Destination>, NoDestination> {
        let declared = self.lock().declared.clone();
        match (resolve(declared.as_deref().map_or(&[], Vec::as_slice), destination), declared) {
            (Ok(destination), _) => Ok(Arc::new(destination)),
            (Err(why), Some(_)) => Err(NoDestination::None(why)),
            (Err(_), None) => Err(NoDestination::Unknown("the Secrets that declare clusters".to_owned())),
        }
    }

    /// How it stands with the cluster an application goes to. From now on the cluster is followed.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn place(&self, app: &AppKey, destination: &Destination) -> Place {
        let id = &destination.id;
        let connection = if id.is_home() {
            self.leave(app);
            Connection::Up
        } else {
            self.follow(app, destination)
        };
        Place { cache: self.cache(id), connection }
    }

    fn follow(&self, app: &AppKey, destination: &Destination) -> Connection {
        let mut state = self.lock();
        let State { declared, followed, users } = &mut *state;
        users.insert(app.clone(), destination.id.clone());
        if let Some(known) = followed.get(&destination.id) {
            return known.connection();
        }
        let own = declared.iter().flat_map(|all| all.iter()).find(|own| own.server == destination.server);
        let (Some(own), Some(told)) = (own, self.told.get()) else { return Connection::Connecting };
        let new = Followed::start(destination.id.clone(), own, self.around.clone(), Arc::clone(told));
        followed.insert(destination.id.clone(), new);
        Connection::Connecting
    }

    /// What is in a cluster, where that is known.
    #[must_use]
    pub fn cache(&self, id: &ClusterId) -> Option<Cache> {
        self.around.clusters.get(id).and_then(|cluster| cluster.cache)
    }

    /// The applications that go to a cluster which is not the control plane's own.
    #[must_use]
    pub fn users(&self, id: &ClusterId) -> Vec<AppKey> {
        let state = self.lock();
        state.users.iter().filter(|(_, own)| *own == id).map(|(app, _)| app.clone()).collect()
    }

    /// The cluster an application goes to, where that is not the control plane's own.
    #[must_use]
    pub fn cluster_of(&self, app: &AppKey) -> Option<ClusterId> {
        self.lock().users.get(app).cloned()
    }

    /// The application is gone, or goes to the control plane's own cluster.
    pub fn leave(&self, app: &AppKey) {
        self.lock().users.remove(app);
    }

    /// How it stands with each cluster that is followed, by name.
    #[must_use]
    pub fn connections(&self) -> Vec<(ClusterId, Connection)> {
        let state = self.lock();
        state.followed.iter().map(|(id, followed)| (id.clone(), followed.connection())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
