//! The page of one application, whole.

use super::at::{At, Sight};
use super::head::Look;
use super::layout::{self, Page, Section};
use super::{app, drawer, timeline};
use crate::door::User;
use crate::site::Site;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::Uri;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The page.
pub async fn page(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((namespace, name)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    let at = At::read(&namespace, &name, uri.query());
    let found = site.application(&user, &namespace, &name).await;
    let (entry, world) = match (found, site.world().await) {
        (Ok(entry), Ok(world)) => (entry, world),
        (Err(problem), _) | (_, Err(problem)) => return layout::problem(&user, &problem, "/applications"),
    };
    let read = if at.sight == Sight::Timeline {
        let namespaces = BTreeSet::from([site.namespace.clone(), namespace.clone(), entry.row.to_namespace.clone()]);
        let events = timeline::events(&site, &namespaces).await;
        timeline::Read { events, drift: timeline::drift(&site, &entry).await }
    } else {
        timeline::Read::default()
    };
    let view = app::view(&site, world, &user, &entry, &at, &read);
    let look = Look { site: &site, world, user: &user, entry: &entry, at: &at, now: site.clock.now() };
    let beside = drawer::drawer(&look).await;
    // What is read once is not kept up to date: it would be lost by the first change.
    let live = if at.sight == Sight::Timeline { String::new() } else { format!("/live{}", at.href()) };
    let page = Page { title: &name, content: view.html(), live, beside, is_wide: true, ..Page::default() };
    layout::page(&user, Section::Applications, &page)
}
