//! The API server as a whole: opened once, then handed out as in-process handles and as a `tower` service.

use crate::admission::Admission;
use crate::api::Api;
use crate::bootstrap;
use crate::faults::Faults;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::store::{OpenError, Store, open_file};
use crate::tokens;
use crate::user::User;
use clock::Clock;
use std::path::Path;
use std::sync::Arc;

/// A Kubernetes API server inside this process. Cheap to clone; clones are the same server.
#[derive(Clone)]
pub struct ApiServer {
    pub(crate) shared: Arc<Shared>,
}

impl std::fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiServer(revision {})", self.shared.store.revision())
    }
}

impl ApiServer {
    /// A server whose objects live as long as the process. Deterministic: under a simulated clock the same requests
    /// in the same order give the same answers.
    #[must_use]
    pub fn in_memory(clock: Clock) -> Self {
        ApiServer::on(Store::in_memory(), clock)
    }

    /// A server whose objects are kept in a file: a write is acknowledged when it is on disk, and what was
    /// acknowledged survives the process. The file is made when it is not there.
    ///
    /// # Errors
    /// When the file cannot be used; the message says what to do.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, OpenError> {
        let opened = open_file(path)?;
        let store = Store::restored(opened.revision, opened.objects, Some(Box::new(opened.journal)));
        Ok(ApiServer::on(store, clock))
    }

    /// A server in memory that goes on from a snapshot.
    #[must_use]
    pub fn from_snapshot(snapshot: Snapshot, clock: Clock) -> Self {
        let Snapshot { revision, objects } = snapshot;
        ApiServer::on(Store::restored(revision, objects, None), clock)
    }

    /// Everything there is, as of one revision.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    fn on(store: Store, clock: Clock) -> Self {
        let shared = Arc::new(Shared::new(store, clock));
        bootstrap::fill(&shared);
        ApiServer { shared }
    }

    /// A handle for a controller in this process, writing under that field manager's name.
    #[must_use]
    pub fn api(&self, manager: &str) -> Api {
        Api::new(Arc::clone(&self.shared), manager)
    }

    /// Has every write looked at by `admission`, after those added before.
    pub fn add_admission(&self, admission: Arc<dyn Admission>) {
        self.shared.add_admission(admission);
    }

    /// Signs service accounts' tokens with the key that a secret determines: the same secret at the next start, and the
    /// tokens hold on.
    pub fn set_token_secret(&self, secret: &[u8]) {
        self.shared.set_token_secret(secret);
    }

    /// The service account that a bearer token proves; `None` when it proves nobody. To be put into the extensions of
    /// the request that bears it.
    #[must_use]
    pub fn token_user(&self, token: &str) -> Option<User> {
        tokens::authenticate(&self.shared, token, &[]).ok().map(|shown| shown.user)
    }

    /// Lets things go wrong between clients of the `tower` service and the server; `None` ends it.
    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        self.shared.set_faults(faults);
    }

    /// What clients see of a restart of the server: their watches break, and what was before is forgotten. Objects and
    /// the process's own controllers are not disturbed.
    pub fn interrupt(&self) {
        self.shared.interrupt();
    }

    /// Forgets the past, as etcd's compaction does: watches and lists from before now get 410.
    pub fn compact(&self) {
        self.shared.store.compact();
    }
}
