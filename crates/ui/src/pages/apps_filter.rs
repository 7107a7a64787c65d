//! What lists of applications are narrowed by: a form that works without script, and chips that count.

use api::{HealthStatusCode, SyncStatusCode};
use appview::{AppQuery, AppSort, Arrangement, Listing};
use look::inert;
use look::marks::{Mark, sign};
use maud::{Markup, html};
use std::collections::BTreeSet;

use super::marks;

const HEALTHS: [HealthStatusCode; 6] = [
    HealthStatusCode::Degraded,
    HealthStatusCode::Missing,
    HealthStatusCode::Progressing,
    HealthStatusCode::Suspended,
    HealthStatusCode::Unknown,
    HealthStatusCode::Healthy,
];
const SYNCS: [SyncStatusCode; 3] = [SyncStatusCode::OutOfSync, SyncStatusCode::Unknown, SyncStatusCode::Synced];

/// The address of a list.
pub fn href(query: &AppQuery) -> String {
    format!("/applications{}", query.query())
}

/// The form.
pub fn form<T>(listing: &Listing<'_, T>, query: &AppQuery) -> Markup {
    html! {
        form.search id="search" method="get" action="/applications" role="search" {
            label.words { (sign("search")) span.unseen { "Search" }
                input type="search" name="q" value=(query.words) placeholder="Name, project, repository or destination" autocomplete="off" spellcheck="false";
            }
            label { span.unseen { "Order" }
                select name="sort" { @for (own, word, label) in AppSort::ALL { option value=(word) selected[own == query.sort] { (label) } } }
            }
            details.filters id="filters" {
                summary.button { (sign("filter")) "Filters" @if query.is_narrowed() { span.count { "on" } } }
                div.menu {
                    (choice("Project", "project", &listing.projects, &query.project))
                    (choice("Cluster", "cluster", &listing.clusters, &query.cluster))
                    (choice("Namespace", "namespace", &listing.namespaces, &query.namespace))
                    (choice("Repository", "repo", &listing.repositories, &query.repository))
                    label { span { "Label" } input type="text" name="label" value=(query.label) placeholder="key=value" autocomplete="off" spellcheck="false"; }
                    label { span { "Automated sync" }
                        select name="auto" {
                            option value="" { "All" }
                            option value="on" selected[query.automated == Some(true)] { "On" }
                            option value="off" selected[query.automated == Some(false)] { "Off" }
                        }
                    }
                }
            }
            @for (name, value) in kept(query) { input type="hidden" name=(name) value=(value); }
            button.scriptless type="submit" { "Search" }
            nav.views aria-label="Arrangement" {
                @for (own, label, icon) in [(Arrangement::Table, "Table", "rows"), (Arrangement::Tiles, "Tiles", "tiles")] {
                    a.button.chip-like href=(href(&query.with(|it| it.arrangement = own))) data-visit aria-current=[(own == query.arrangement).then_some("true")] aria-label=(label) title=(label) { (sign(icon)) }
                }
            }
            a.button.first href="/applications/new" { "New application" }
        }
    }
}

fn kept(query: &AppQuery) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("sync", query.sync.map_or("", SyncStatusCode::as_str)),
        ("health", query.health.map_or("", HealthStatusCode::as_str)),
        ("view", if query.arrangement == Arrangement::Tiles { "tiles" } else { "" }),
    ];
    all.into_iter().filter(|own| !own.1.is_empty()).collect()
}

fn choice(label: &str, name: &str, all: &BTreeSet<&str>, chosen: &str) -> Markup {
    let is_known = chosen.is_empty() || all.contains(chosen);
    html! {
        label { span { (label) }
            select name=(name) {
                option value="" { "All" }
                @if !is_known { option value=(chosen) selected { (inert(chosen)) } }
                @for own in all { option value=(own) selected[*own == chosen] { (inert(own)) } }
            }
        }
    }
}

/// The chips that count states; those without any are left out unless they are chosen.
pub fn chips<T>(listing: &Listing<'_, T>, query: &AppQuery) -> Markup {
    let chip = |label: &str, count: usize, mark: Mark, is_chosen: bool, href: String| {
        html! {
            @if count > 0 || is_chosen {
                a.chip href=(href) aria-current=[is_chosen.then_some("true")] {
                    span class=(format!("dot {}", mark.class)) { (sign(mark.sign)) } (label) b { (count) }
                }
            }
        }
    };
    html! {
        nav.chips aria-label="By state" {
            @for own in HEALTHS {
                @let is_chosen = query.health == Some(own);
                (chip(own.as_str(), listing.healthy(own), marks::of_health(own), is_chosen, href(&query.with(|it| it.health = (!is_chosen).then_some(own)))))
            }
            span.apart {}
            @for own in SYNCS {
                @let is_chosen = query.sync == Some(own);
                @let label = match own { SyncStatusCode::OutOfSync => "Out of sync", SyncStatusCode::Synced => "Synced", SyncStatusCode::Unknown => "Not compared" };
                (chip(label, listing.synced(own), marks::of_sync(own), is_chosen, href(&query.with(|it| it.sync = (!is_chosen).then_some(own)))))
            }
        }
    }
}
