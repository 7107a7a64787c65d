//! What the cluster can do, told to renders whenever it changes.

use cluster::Served;
use render::Capabilities;
use std::sync::{Arc, Mutex, PoisonError};

/// What was told last.
#[derive(Debug, Default)]
pub struct ClusterFacts(Mutex<Option<Arc<Served>>>);

impl ClusterFacts {
    /// What the cluster can do, where that is not what was told last.
    pub fn news(&self, served: &Arc<Served>) -> Option<Arc<Capabilities>> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref().is_some_and(|told| Arc::ptr_eq(told, served)) {
            return None;
        }
        *told = Some(Arc::clone(served));
        Some(Arc::new(Capabilities::new(served.cluster_version.clone(), served.api_versions())))
    }
}
