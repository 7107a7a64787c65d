//! The pages: rendered here, kept up to date as pieces of themselves, readable and usable without any script.
//!
//! Reading order: `layout`, then `list` and `rollout` (what pages consist of), `live` (how they are kept up to date),
//! `forms` (what buttons do).

mod steps_text;
mod verdict;

mod buttons;
mod measurements;
mod steps;
mod versions;
mod weights;

mod filter;
mod row;

mod layout;
mod view;

mod list;
mod rollout;

mod forms;
mod live;
mod login;

use crate::respond;
use crate::site::Site;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use maud::html;
use std::sync::Arc;

/// The routes below `base`.
pub fn routes(base: &str) -> Router<Arc<Site>> {
    let at = |path: &str| format!("{base}{path}");
    Router::new()
        .route(&at("/"), get(list::page))
        .route(&at("/live/list"), get(live::list))
        .route(&at("/live/rollout/{namespace}/{name}"), get(live::rollout))
        .route(&at("/rollout/{namespace}/{name}"), get(rollout::page))
        .route(&at("/rollout/{namespace}/{name}/{action}"), post(forms::act))
        .route(&at("/login"), get(login::page).post(login::enter))
}

/// A page for paths that lead nowhere.
pub async fn nothing_here(State(site): State<Arc<Site>>) -> Response {
    let content =
        html! { section.empty { h1 { "Nothing here" } p { a href=(format!("{}/", site.base)) { "All rollouts" } } } };
    respond::html(StatusCode::NOT_FOUND, layout::bare(&site, "Nothing here", &content))
}
