//! The router, drawn from the route table.

use crate::dispatch::answer;
use crate::guard::guard;
use crate::problem::{Code, Problem};
use crate::routes::ROUTES;
use crate::site::Site;
use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// Everything that is answered.
///
/// Assumption: called inside a Tokio runtime.
pub fn router(site: &Arc<Site>) -> Router {
    // One that was made before stays: both are the same.
    let _ = site.description.set(crate::describe::openapi());
    site.keep(|| tokio::spawn(crate::webhook::run(Arc::downgrade(site))).abort_handle());
    let mut router = Router::new();
    for route in ROUTES {
        let filter = match route.method {
            "GET" => MethodFilter::GET,
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            "PATCH" => MethodFilter::PATCH,
            _ => MethodFilter::DELETE,
        };
        let site = Arc::clone(site);
        let answered = move |path: RawPathParams, request: Request| answer(Arc::clone(&site), route, path, request);
        router = router.route(route.path, on(filter, answered));
    }
    router.fallback(nothing).layer(from_fn(guard))
}

async fn nothing() -> Problem {
    Problem::new(Code::NotFound, "Not Found")
}
