//! Lanes: passes that write to a cluster other than the control plane's own go beside the workers, so many at a time for
//! each cluster. One that is slow or dead fills its own lane and takes no worker from anybody else.

use cluster::ClusterId;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many passes over the keys of one cluster go at a time: as many as there are workers for all others.
const WIDTH: usize = 20;

/// The lanes of one controller. Dropped, they end with everything in them.
#[derive(Default)]
pub(crate) struct Lanes {
    places: Mutex<BTreeMap<ClusterId, Arc<Semaphore>>>,
    passes: tokio::sync::Mutex<JoinSet<()>>,
}

impl Lanes {
    /// Has a pass made as soon as there is room in the lane of its cluster; those that came before go first.
    pub(crate) async fn take(&self, cluster: ClusterId, pass: impl Future<Output = ()> + Send + 'static) {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(cluster).or_insert_with(|| Arc::new(Semaphore::new(WIDTH))))
        };
        let mut passes = self.passes.lock().await;
        while passes.try_join_next().is_some() {}
        passes.spawn(async move {
            // Nobody closes it.
            let _room = place.acquire().await;
            pass.await;
        });
    }

    /// Waits until all that are under way have ended.
    pub(crate) async fn finish(&self) {
        let mut passes = self.passes.lock().await;
        while passes.join_next().await.is_some() {}
    }
}
