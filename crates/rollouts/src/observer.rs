//! What reading needs. A leaf module: how each thing is read stands below `observe`.

use crate::audience::Audience;
use crate::balancers::LoadBalancers;
use crate::index::Index;
use crate::memory::Memories;
use crate::settings::Settings;
use cluster::{Cache, GroupKind};
use controller::Failure;
use object::Fetched;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Reads for all Rollouts.
pub struct Observer {
    /// What is in the cluster.
    pub cache: Cache,
    /// What concerns whom.
    pub index: Mutex<Index>,
    /// What is kept between passes.
    pub memories: Memories,
    /// What holds for all.
    pub settings: Settings,
    /// Whom to ask whether load balancers do what they were told.
    pub balancers: Option<Arc<dyn LoadBalancers>>,
    /// Who wants to hear of events.
    pub audience: Option<Audience>,
}

impl Observer {
    /// The index.
    pub fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails unless it is certain what there is of a kind.
    ///
    /// # Errors
    /// The kind could not be listed.
    pub fn certain(&self, group: &str, kind: &str) -> Result<(), Failure> {
        match self.cache.kind(&GroupKind::new(group, kind)) {
            Fetched::Known(()) | Fetched::Absent => Ok(()),
            Fetched::Unknown(cause) => Err(Failure::Retry(cause)),
        }
    }
}
