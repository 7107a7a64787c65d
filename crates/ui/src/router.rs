//! Everything that is answered, by path.

use crate::door::Door;
use crate::judge::Judge;
use crate::site::Site;
use crate::{assets, guard, pages, rollouts_at};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use clock::Clock;
use cluster::ClusterClient;
use std::sync::Arc;

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
}

/// Everything that is answered: to be merged with whatever else is served on the same address.
pub fn router(options: Options) -> Router {
    let Options { namespace, client, clock, door, judge } = options;
    let site = Arc::new(Site::new(namespace, client, clock, door, judge));
    let rollouts = rollouts_at::routes(&site).layer(from_fn_with_state(Arc::clone(&site), guard::guard));
    let guarded = pages::routes().layer(from_fn_with_state(Arc::clone(&site), guard::guard));
    let open = pages::open_routes().merge(assets::routes()).layer(from_fn(guard::open));
    guarded.merge(open).with_state(site).merge(rollouts)
}
