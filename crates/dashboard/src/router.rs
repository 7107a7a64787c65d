//! Everything that is answered, by path.

use crate::site::Site;
use crate::token::Token;
use crate::{Options, api, assets, guard, pages, respond};
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use clock::Clock;
use cluster::ClusterClient;
use std::sync::Arc;

/// Everything that is answered. `form_token` is what forms must carry.
pub fn router(options: Options, client: ClusterClient, clock: Clock, form_token: Token) -> Router {
    let site = Arc::new(Site::new(options, client, clock, form_token));
    let base = site.base.clone();
    let mut router = api::routes(&base).merge(pages::routes(&base)).merge(assets::routes(&base));
    router = router.route("/healthz", get(|| async { "ok\n" }));
    if !base.is_empty() {
        router = router.route("/", get(start)).route(&base, get(start));
    }
    router.fallback(pages::nothing_here).layer(from_fn_with_state(Arc::clone(&site), guard::guard)).with_state(site)
}

async fn start(State(site): State<Arc<Site>>) -> Response {
    respond::see_other(&format!("{}/", site.base))
}
