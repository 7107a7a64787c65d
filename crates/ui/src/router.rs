//! Everything that is answered, by path.

use crate::site::{Options, Site};
use crate::{assets, guard, pages, rollouts_at};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;

/// Everything that is answered: to be merged with whatever else is served on the same address.
pub fn router(options: Options) -> Router {
    let site = Arc::new(Site::new(options));
    let rollouts = rollouts_at::routes(&site).layer(from_fn_with_state(Arc::clone(&site), guard::guard));
    let guarded = pages::routes().layer(from_fn_with_state(Arc::clone(&site), guard::guard));
    let open = pages::open_routes().merge(assets::routes()).layer(from_fn(guard::open));
    guarded.merge(open).with_state(site).merge(rollouts)
}
