//! How pages are kept up to date.

use super::at::At;
use super::timeline::Read;
use super::{app, apps};
use crate::door::User;
use crate::problem::Problem;
use crate::site::Site;
use crate::stream;
use crate::view::{Part, View};
use appview::AppQuery;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::Uri;
use maud::html;
use rbac::actions;
use std::sync::Arc;

/// Follows the list.
pub async fn list(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = AppQuery::read(uri.query());
    let own = Arc::clone(&site);
    let world = site.world().await?;
    Ok(stream::events(world, &site.clock, Box::new(move |world| Some(apps::view(&own, world, &user, &query)))))
}

/// Follows one application.
pub async fn one(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((namespace, name)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    site.application(&user, &namespace, &name).await?;
    let at = At::read(&namespace, &name, uri.query());
    let (world, own) = (site.world().await?, Arc::clone(&site));
    let show = move |world: &crate::world::World| {
        let Some(entry) = world.applications().get(&namespace, &name).cloned() else { return Some(gone()) };
        own.may_app(&user, actions::GET, &entry).then(|| {
            let key = format!("app {:?} {}", user.subject, at.href());
            own.shared(&key, world.version(), || app::view(&own, world, &user, &entry, &at, &Read::default()))
        })
    };
    Ok(stream::events(world, &site.clock, Box::new(show)))
}

fn gone() -> View {
    let markup = html! { section.empty id="head" { h1 { "It has been deleted" } p { a href="/applications" { "All applications" } } } };
    View { parts: vec![Part::new("head", markup)], apart: Vec::new() }
}
