//! What clusters can do, told to renders whenever it changes.

use cluster::{ClusterId, Served};
use render::Capabilities;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was told last.
#[derive(Debug, Default)]
pub struct ClusterFacts(Mutex<BTreeMap<ClusterId, Arc<Served>>>);

impl ClusterFacts {
    /// What a cluster can do, where that is not what was told last.
    pub fn news(&self, cluster: &ClusterId, served: &Arc<Served>) -> Option<Arc<Capabilities>> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(cluster).is_some_and(|told| Arc::ptr_eq(told, served)) {
            return None;
        }
        told.insert(cluster.clone(), Arc::clone(served));
        Some(Arc::new(Capabilities::new(served.cluster_version.clone(), served.api_versions())))
    }
}
