//! Upstream's JSON API: paths, names and shapes as its gateway has them.
//!
//! Where upstream answers every failure with code 2 and status 500, the code says here what went wrong; what is deleted is
//! told to those who follow; and a write is answered when it is done.

mod reading;
mod watching;
mod writing;

use crate::problem::{Code, Problem};
use crate::site::Site;
use axum::Router;
use axum::routing::{any, get, put};
use std::sync::Arc;

/// The routes below `base`.
pub fn routes(base: &str) -> Router<Arc<Site>> {
    let at = |path: &str| format!("{base}/api/v1{path}");
    let one = |path: &str| format!("{base}/api/v1/rollouts/{{namespace}}/{{name}}{path}");
    Router::new()
        .route(&at("/version"), get(reading::version))
        .route(&at("/namespace"), get(reading::namespace))
        .route(&at("/rollouts/{namespace}/info"), get(reading::list))
        .route(&at("/rollouts/{namespace}/info/watch"), get(watching::list))
        .route(&one("/info"), get(reading::one))
        .route(&one("/info/watch"), get(watching::one))
        .route(&one("/restart"), put(writing::restart))
        .route(&one("/promote"), put(writing::promote))
        .route(&one("/abort"), put(writing::abort))
        .route(&one("/retry"), put(writing::retry))
        .route(&one("/undo/{revision}"), put(writing::undo))
        .route(&one("/set/{*image}"), put(writing::set_image))
        .route(&format!("{base}/api/{{*path}}"), any(nothing))
        .route(&format!("{base}/api"), any(nothing))
}

async fn nothing() -> Problem {
    Problem::new(Code::NotFound, "Not Found")
}
