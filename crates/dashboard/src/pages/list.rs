//! The list of Rollouts: is everything well, and if not, what.

use super::filter::{Filter, PAGE, PHASES, group_of};
use super::layout::{self, Page};
use super::row;
use super::view::{Part, View};
use crate::entry::Entry;
use crate::respond;
use crate::site::Site;
use crate::snapshot::Snapshot;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use look::inert;
use look::marks::{self, sign};
use maud::{Markup, PreEscaped, html};
use std::sync::Arc;

/// The page.
pub async fn page(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    let filter = Filter::read(uri.query());
    let snapshot = match site.board().await {
        Ok(board) => board.now(),
        Err(problem) => {
            let content =
                html! { section.empty { h1 { "The cluster cannot be read" } p { (inert(&problem.message)) } } };
            return respond::html(StatusCode::SERVICE_UNAVAILABLE, layout::bare(&site, "Rollouts", &content));
        }
    };
    let now = site.clock.now();
    let lines = |entry: &Entry| row::row(&site, entry, now).into_string().into();
    let view = view(&site, &snapshot, &filter, lines);
    let live = format!("{}/live/list{}", site.base, filter.query());
    let fixed = search(&site, &snapshot, &filter);
    let page = Page { title: "All", fixed, content: view.html(), live };
    respond::html(StatusCode::OK, layout::page(&site, &page))
}

/// The line of a Rollout that those who follow the list share.
pub fn shared_row(site: &Site, entry: &Entry, now: Timestamp) -> Arc<str> {
    Arc::clone(entry.made.row.get_or_init(|| row::row(site, entry, now).into_string().into()))
}

/// What the page shows; `line` gives the line of a Rollout.
pub fn view(site: &Site, snapshot: &Snapshot, filter: &Filter, line: impl Fn(&Entry) -> Arc<str>) -> View {
    let mut about: Vec<&Entry> =
        snapshot.entries_in(None).map(AsRef::as_ref).filter(|it| filter.is_about(it)).collect();
    let summary = summary(site, &about, filter);
    about.retain(|entry| filter.is_in_phase(entry));
    about.sort_by_key(|entry| (urgency(entry), entry.key()));
    let shown = about.iter().skip(filter.page.saturating_mul(PAGE)).take(PAGE);
    let mut rows: Vec<Part> = shown.map(|entry| Part { id: row::id(entry), html: line(entry) }).collect();
    if filter.page == 0 && matches!(filter.phase.as_str(), "" | "Degraded") {
        let is_about = |namespace: &str| filter.namespace.is_empty() || filter.namespace == namespace;
        let bad = snapshot.unreadable.iter().filter(|((namespace, _), _)| is_about(namespace)).take(PAGE);
        rows.splice(
            0..0,
            bad.map(|((namespace, name), why)| {
                Part::new(format!("row-{namespace}-{name}"), row::unreadable(namespace, name, why))
            }),
        );
    }
    let mut head = vec![Part::new("summary", summary)];
    head.extend(blindness(snapshot).map(|markup| Part::new("blind", markup)));
    let is_empty = rows.is_empty();
    let tail = if is_empty { nothing(site, snapshot) } else { pager(site, filter, about.len()) };
    View { head, rows, tail: vec![Part::new("tail", tail)] }
}

/// What needs somebody stands first.
fn urgency(entry: &Entry) -> usize {
    let group = group_of(&entry.view.status);
    PHASES.iter().position(|phase| *phase == group).unwrap_or(PHASES.len())
}

fn summary(site: &Site, about: &[&Entry], filter: &Filter) -> Markup {
    let count = |phase: &str| about.iter().filter(|entry| group_of(&entry.view.status) == phase).count();
    let (bad, waiting, moving) = (count("Degraded"), count("Paused"), count("Progressing"));
    let noun = if about.len() == 1 { "rollout" } else { "rollouts" };
    let verdict = match (about.len(), bad, waiting, moving) {
        (0, ..) => html! { "No rollout is shown." },
        (all, 0, 0, 0) => html! { "All is well with " (all) " " (noun) "." },
        (all, 0, 0, moving) => html! { (moving) " of " (all) " " (noun) " on the way." },
        (all, 0, waiting, _) => {
            html! { (waiting) " of " (all) " " (noun) @if waiting == 1 { " waits" } @else { " wait" } " for somebody." }
        }
        (all, bad, ..) => html! { (bad) " of " (all) " " (noun) @if bad == 1 { " needs" } @else { " need" } " help." },
    };
    let chip = |phase: &str, label: &str, count: usize, mark: Markup| {
        let is_chosen = filter.phase == phase;
        let href = format!("{}/{}", site.base, filter.with_phase(if is_chosen { "" } else { phase }).query());
        html! { a.chip href=(href) aria-current=[is_chosen.then_some("true")] { (mark) (label) b { (count) } } }
    };
    html! {
        section id="summary" {
            h1.verdict { (verdict) }
            nav.chips aria-label="By state" {
                @for phase in PHASES {
                    @let mark = marks::of_phase(phase);
                    (chip(phase, phase, count(phase), html! { span class=(format!("dot {}", mark.class)) { (sign(mark.sign)) } }))
                }
            }
        }
    }
}

fn blindness(snapshot: &Snapshot) -> Option<Markup> {
    (!snapshot.blind.is_empty()).then(|| {
        html! { section.notice id="blind" role="alert" {
            @for (kind, cause) in &snapshot.blind { p { b { (kind) } " objects cannot be read: " (inert(cause)) } }
        } }
    })
}

fn nothing(site: &Site, snapshot: &Snapshot) -> Markup {
    if !snapshot.entries.is_empty() || !snapshot.unreadable.is_empty() {
        return html! { section.empty id="tail" {
            p { "Nothing matches. " a href=(format!("{}/", site.base)) { "Show all rollouts" } }
        } };
    }
    html! {
        section.empty id="tail" {
            h2 { "There are no rollouts yet" }
            p { "Make one, watch it start, then give it another image:" }
            pre { code { "kubectl apply -f examples/rollouts/canary-ten.yaml\n"
                "kubectl argo rollouts get rollout NAME --watch\n"
                "kubectl argo rollouts set image NAME CONTAINER=IMAGE" } }
        }
    }
}

fn pager(site: &Site, filter: &Filter, all: usize) -> Markup {
    let pages = all.div_ceil(PAGE);
    let link = |page: usize, label: &str| {
        html! { a.button href=(format!("{}/{}", site.base, filter.with_page(page).query())) { (label) } }
    };
    html! {
        nav.pager id="tail" aria-label="Pages" {
            @if pages > 1 {
                @if filter.page > 0 { (link(filter.page - 1, "Earlier")) }
                span.quiet { "page " (filter.page + 1) " of " (pages) }
                @if filter.page + 1 < pages { (link(filter.page + 1, "Later")) }
            }
        }
    }
}

fn search(site: &Site, snapshot: &Snapshot, filter: &Filter) -> Markup {
    html! {
        form.search method="get" action=(format!("{}/", site.base)) role="search" {
            label { span.unseen { "Namespace" }
                select name="namespace" {
                    option value="" { "All namespaces" }
                    @for namespace in snapshot.namespaces() {
                        option value=(namespace) selected[namespace == filter.namespace] { (namespace) }
                    }
                }
            }
            label.words { (sign("search")) span.unseen { "Search" }
                input type="search" name="q" value=(filter.words) placeholder="Name, namespace or image" autocomplete="off" spellcheck="false";
            }
            @if !filter.phase.is_empty() { input type="hidden" name="status" value=(filter.phase); }
            button.scriptless type="submit" { "Search" }
        }
        (PreEscaped(""))
    }
}
