//! The page of one Rollout: how it is, how far it is, what there is to do, its versions and what was measured.

use super::layout::{self, Page};
use super::view::{Part, View};
use super::{buttons, measurements, steps, verdict, versions, weights};
use crate::entry::Entry;
use crate::respond;
use crate::site::Site;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use look::{inert, segment};
use look::{marks, times};
use maud::{Markup, html};
use std::sync::Arc;

/// The page.
pub async fn page(State(site): State<Arc<Site>>, Path((namespace, name)): Path<(String, String)>) -> Response {
    let failed = |status: StatusCode, message: &str| {
        let content = html! { section.empty { h1 { (inert(&name)) } p { (inert(message)) }
        p { a href=(format!("{}/", site.base)) { "All rollouts" } } } };
        respond::html(status, layout::bare(&site, &inert(&name), &content))
    };
    let snapshot = match site.board().await {
        Ok(board) => board.now(),
        Err(problem) => return failed(problem.code.status(), &problem.message),
    };
    let Some(entry) = snapshot.entry(&namespace, &name) else {
        let why = snapshot.unreadable.get(&(namespace.clone(), name.clone()));
        return match why {
            Some(why) => failed(StatusCode::OK, why),
            None => failed(StatusCode::NOT_FOUND, "There is no such rollout, or not any longer."),
        };
    };
    let live = format!("{}/live/rollout/{}/{}", site.base, segment(&namespace), segment(&name));
    let content = view(&site, entry, site.clock.now()).html();
    let page = Page { title: &entry.view.name, fixed: html! {}, content, live };
    respond::html(StatusCode::OK, layout::page(&site, &page))
}

/// What those who follow a Rollout share.
pub fn shared_view(site: &Site, entry: &Entry, now: Timestamp) -> View {
    let make = || view(site, entry, now).head.into_iter().map(|part| (part.id, part.html)).collect();
    let parts = entry.made.parts.get_or_init(make);
    let head = parts.iter().map(|(id, html)| Part { id: id.clone(), html: Arc::clone(html) }).collect();
    View { head, ..View::default() }
}

/// What the page shows of a Rollout that is gone.
pub fn gone(site: &Site) -> View {
    let markup = html! { section.empty id="head" { h1 { "It has been deleted" }
    p { a href=(format!("{}/", site.base)) { "All rollouts" } } } };
    View { head: vec![Part::new("head", markup)], ..View::default() }
}

/// What the page shows.
pub fn view(site: &Site, entry: &Entry, now: Timestamp) -> View {
    let progress = html! { section id="progress" { (weights::large(entry)) (steps::track(entry, now)) } };
    let head = vec![
        Part::new("head", head(site, entry, now)),
        Part::new("actions", html! { section id="actions" { (buttons::bar(site, entry)) } }),
        Part::new("progress", progress),
        Part::new("numbers", numbers(entry)),
        Part::new("versions", html! { section id="versions" { (versions::versions(site, entry, now)) } }),
        Part::new("containers", html! { section id="containers" { (versions::containers(site, entry)) } }),
        Part::new("experiments", html! { section id="experiments" { (measurements::experiments(entry)) } }),
        Part::new("analyses", html! { section id="analyses" { (measurements::analyses(entry, now)) } }),
    ];
    View { head, ..View::default() }
}

fn head(site: &Site, entry: &Entry, now: Timestamp) -> Markup {
    let view = &entry.view;
    let phase = marks::of_phase(&view.status);
    html! {
        section id="head" {
            nav.crumbs aria-label="Where this is" {
                a id="up" href=(format!("{}/", site.base)) { (marks::sign("back")) "Rollouts" }
                span.quiet { "/" }
                a href=(format!("{}/?namespace={}", site.base, segment(&view.namespace))) { (view.namespace) }
            }
            div.title { h1 { (view.name) } (marks::mark(phase, &view.status)) }
            p.verdict { (verdict::sentence(entry, now)) }
            p.quiet.facts {
                span { (match view.strategy { "Canary" => "Canary", "BlueGreen" => "Blue-green", _ => "No strategy" }) }
                span { "revision " (entry.rollout.revision()) }
                @if let Some(created) = view.created { span { "made " (times::ago(created, now)) " ago" } }
                @if let Some(at) = entry.rollout.status.restarted_at { span { "restarted " (times::ago(at.timestamp(), now)) " ago" } }
            }
        }
    }
}

fn numbers(entry: &Entry) -> Markup {
    let view = &entry.view;
    let all = [
        ("Desired", view.desired),
        ("Current", view.current),
        ("Updated", view.updated),
        ("Ready", view.ready),
        ("Available", view.available),
    ];
    html! {
        dl.numbers id="numbers" { @for (label, number) in all { div { dt { (label) } dd { (number) } } } }
    }
}
