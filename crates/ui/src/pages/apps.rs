//! The list of applications: is everything well, and if not, what.

use super::app_line;
use super::apps_filter::{self, href};
use super::layout::{self, Page, Section};
use crate::door::User;
use crate::entry::Entry;
use crate::site::Site;
use crate::view::{Part, View};
use crate::world::{Apps, World};
use api::{HealthStatusCode, SyncStatusCode};
use appview::{AppQuery, Arrangement, Listing, PAGE, list};
use axum::extract::{Extension, State};
use axum::response::Response;
use http::Uri;
use jiff::Timestamp;
use look::inert;
use maud::{Markup, html};
use rbac::actions;
use std::sync::Arc;

/// The page.
pub async fn page(State(site): State<Arc<Site>>, Extension(user): Extension<User>, uri: Uri) -> Response {
    let query = AppQuery::read(uri.query());
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, "/applications"),
    };
    let view = view(&site, world, &user, &query);
    let apps = world.applications();
    let seen = permitted(&site, &user, &apps);
    let listing = list(seen.iter().copied(), |entry: &Entry| &entry.row, &query);
    let fixed = html! { (apps_filter::form(&listing, &query)) (many()) };
    let live = format!("/live/applications{}", query.query());
    layout::page(
        &user,
        Section::Applications,
        &Page { title: "Applications", fixed, content: view.html(), live, ..Page::default() },
    )
}

fn permitted<'a>(site: &Site, user: &User, apps: &'a Apps) -> Vec<&'a Entry> {
    apps.entries.values().map(AsRef::as_ref).filter(|entry| site.may_app(user, actions::GET, entry)).collect()
}

/// What the page shows, shared by all who look at the same.
pub fn view(site: &Site, world: &World, user: &User, query: &AppQuery) -> View {
    let apps = world.applications();
    let key = format!("list {:?} {}", user.subject, query.query());
    site.shared(&key, apps.version, || make(site, user, &apps, query, site.clock.now()))
}

fn make(site: &Site, user: &User, apps: &Apps, query: &AppQuery, now: Timestamp) -> View {
    let seen = permitted(site, user, apps);
    let listing = list(seen.iter().copied(), |entry: &Entry| &entry.row, query);
    let lines = listing.rows.iter().map(|entry| (app_line::id(entry), app_line::shared(entry, query.arrangement, now)));
    let lines: Vec<_> = lines.collect();
    let mut parts = vec![Part::new("summary", summary(&listing, query))];
    if let Some(trouble) = trouble(site, user, apps) {
        parts.push(Part::new("trouble", trouble));
    }
    let is_empty = lines.is_empty();
    let begin = match query.arrangement {
        Arrangement::Table => "<ul class=\"rows apps\" id=\"rows\">",
        Arrangement::Tiles => "<ul class=\"tiles\" id=\"rows\">",
    };
    if !is_empty {
        parts.push(Part::of("rows", begin.to_owned(), lines, "</ul>"));
    }
    parts.push(Part::new("tail", if is_empty { nothing(&listing) } else { pager(query, listing.matching) }));
    View { parts, apart: Vec::new() }
}

fn summary(listing: &Listing<'_, Entry>, query: &AppQuery) -> Markup {
    let bad = listing.healthy(HealthStatusCode::Degraded) + listing.healthy(HealthStatusCode::Missing);
    let differing = listing.synced(SyncStatusCode::OutOfSync);
    let moving = listing.healthy(HealthStatusCode::Progressing);
    let all: usize = listing.by_sync.values().sum();
    let noun = if all == 1 { "application" } else { "applications" };
    let verb = |count: usize, one: &'static str, more: &'static str| if count == 1 { one } else { more };
    html! {
        section id="summary" {
            h1.verdict {
                @match (all, bad, differing, moving) {
                    (0, ..) => { "No application is shown." }
                    (_, 0, 0, 0) => { "All is well with " (all) " " (noun) "." }
                    (_, 0, 0, _) => { (moving) " of " (all) " " (noun) " on the way." }
                    (_, 0, ..) => { (differing) " of " (all) " " (noun) " " (verb(differing, "is", "are")) " out of sync." }
                    _ => { (bad) " of " (all) " " (noun) " " (verb(bad, "needs", "need")) " help." }
                }
            }
            (apps_filter::chips(listing, query))
        }
    }
}

fn trouble(site: &Site, user: &User, apps: &Apps) -> Option<Markup> {
    // Nobody knows the project of what cannot be read: who sees all projects sees it.
    let may = site.may(user, rbac::Resource::Applications, actions::GET, "*/*");
    let seen = apps.unreadable.iter().filter(|_| may);
    let unreadable: Vec<_> = seen.take(PAGE).collect();
    (!apps.blind.is_empty() || !unreadable.is_empty()).then(|| {
        html! { section.notice id="trouble" role="alert" {
            @if !apps.blind.is_empty() { p { "Applications cannot be read: " (inert(&apps.blind)) } }
            @for ((namespace, name), why) in unreadable { p { b { (inert(namespace)) "/" (inert(name)) } " cannot be read: " (inert(why)) } }
        } }
    })
}

fn nothing(listing: &Listing<'_, Entry>) -> Markup {
    html! {
        section.empty id="tail" {
            @if listing.all > 0 {
                p { "Nothing matches. " a href="/applications" { "Show all applications" } }
            } @else {
                h2 { "There are no applications yet" }
                p { "Make one here, with a preview of what it would apply, or with three commands:" }
                pre { code { "kubectl apply -f application.yaml\ncapstan app sync NAME\ncapstan app get NAME" } }
                p { a.button.first href="/applications/new" { "New application" } }
            }
        }
    }
}

fn pager(query: &AppQuery, matching: usize) -> Markup {
    let pages = matching.div_ceil(PAGE);
    let link = |page: usize, label: &str| html! { a.button href=(href(&query.with_page(page))) data-visit { (label) } };
    html! {
        nav.pager id="tail" aria-label="Pages" {
            @if pages > 1 {
                @if query.page > 0 { (link(query.page - 1, "Earlier")) }
                span.quiet { "page " (query.page + 1) " of " (pages) }
                @if query.page + 1 < pages { (link(query.page + 1, "Later")) }
            }
        }
    }
}

/// What is done with several at once; the boxes of the lines belong to this form.
fn many() -> Markup {
    html! {
        form.many id="many" method="post" action="/applications/many" {
            label.tick { input type="checkbox" id="tick-all"; span { "All of this page" } }
            span.quiet id="ticked" {}
            span.fill {}
            button type="submit" name="do" value="refresh" { "Refresh" }
            button type="submit" name="do" value="sync" { "Sync" }
        }
    }
}
