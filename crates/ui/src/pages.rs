//! The pages: rendered here, kept up to date as pieces of themselves, readable and usable without any script.
//!
//! Reading order: `at` (what stands in addresses), `layout`, `apps` (the list), `app` (one application) with its views and
//! `drawer`, `forms` (what buttons do), `live` (how pages are kept up to date).

mod at;
mod marks;

mod layout;

mod app_line;
mod apps_filter;

mod apps;

mod graph;
mod head;
mod network;
mod pods;
mod resources;

mod app;

mod compared;
mod drawer;
mod panels;
mod resource;

mod forms;
mod live;
mod log;
mod login;
mod many;
mod new;
mod one;
mod settings;
mod timeline;

use crate::respond;
use crate::site::Site;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes for who is signed in.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(start))
        .route("/applications", get(apps::page))
        .route("/applications/many", post(many::act))
        .route("/applications/new", get(new::page).post(new::make))
        .route("/applications/new/preview", post(new::preview))
        .route("/applications/{namespace}/{name}", get(one::page))
        .route("/applications/{namespace}/{name}/{action}", post(forms::act))
        .route("/live/applications", get(live::list))
        .route("/live/applications/{namespace}/{name}", get(live::one))
        .route("/logs/{namespace}/{name}", get(log::follow))
        .route("/timeline", get(timeline::page))
        .route("/settings", get(settings::start))
        .route("/settings/{section}", get(settings::page))
        .route("/settings/{section}/{action}", post(settings::act))
        .route("/user-info", get(login::user_info))
        .route("/logout", post(login::leave))
}

/// The routes for everybody.
pub fn open_routes() -> Router<Arc<Site>> {
    Router::new().route("/login", get(login::page).post(login::enter))
}

async fn start() -> Response {
    respond::see_other("/applications")
}
