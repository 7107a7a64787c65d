//! The clusters that are known, by name.

use crate::{Cache, ClusterClient, ClusterError, ClusterId, ErrorClass};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// All clusters that are known. Cheap to clone; clones are one set.
#[derive(Clone, Default)]
pub struct Clusters(Arc<RwLock<BTreeMap<ClusterId, Cluster>>>);

/// One cluster.
#[derive(Clone)]
pub struct Cluster {
    /// Reads and writes it.
    pub client: ClusterClient,
    /// What is in it; `None` while nobody needs to know.
    pub cache: Option<Cache>,
}

impl Clusters {
    /// Only a home cluster.
    #[must_use]
    pub fn home(client: ClusterClient, cache: Option<Cache>) -> Self {
        let clusters = Clusters::default();
        clusters.insert(ClusterId::home(), Cluster { client, cache });
        clusters
    }

    /// Makes a cluster known, in place of what was known under that name.
    pub fn insert(&self, id: ClusterId, cluster: Cluster) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, cluster);
    }

    /// Forgets a cluster.
    pub fn remove(&self, id: &ClusterId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The cluster of that name.
    #[must_use]
    pub fn get(&self, id: &ClusterId) -> Option<Cluster> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The client of the cluster of that name.
    ///
    /// # Errors
    /// No such cluster is known.
    pub fn client(&self, id: &ClusterId) -> Result<ClusterClient, ClusterError> {
        self.get(id)
            .map(|cluster| cluster.client)
            .ok_or_else(|| ClusterError::new(ErrorClass::NotSent, format!("the cluster {id} is not known")))
    }

    /// The names of all clusters, sorted.
    #[must_use]
    pub fn ids(&self) -> Vec<ClusterId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}
