//! One application as a line of a table, or as a tile.

use super::at::At;
use super::marks;
use crate::entry::Entry;
use api::SyncStatusCode;
use appview::Arrangement;
use jiff::Timestamp;
use look::{inert, times};
use maud::{Markup, html};
use std::sync::Arc;

/// The address of an application's page.
pub fn href(entry: &Entry) -> String {
    At { namespace: entry.row.namespace.clone(), name: entry.row.name.clone(), ..At::default() }.path()
}

/// The id of an application's line.
pub fn id(entry: &Entry) -> String {
    format!("app-{}-{}", entry.row.namespace, entry.row.name)
}

/// The line that all who look share.
pub fn shared(entry: &Entry, arrangement: Arrangement, now: Timestamp) -> Arc<str> {
    let made = &entry.made[usize::from(arrangement == Arrangement::Tiles)];
    let make = || match arrangement {
        Arrangement::Table => row(entry, now),
        Arrangement::Tiles => tile(entry, now),
    };
    Arc::clone(made.get_or_init(|| make().into_string().into()))
}

fn row(entry: &Entry, now: Timestamp) -> Markup {
    let row = &entry.row;
    html! {
        li.row.app id=(id(entry)) {
            (tick(entry))
            span.name { a href=(href(entry)) { (inert(&row.name)) } span.quiet { (inert(&row.project)) @if row.is_busy { " · syncing" } @if row.is_going { " · being deleted" } } }
            span.state { (marks::health(row.health)) (marks::sync(row.sync)) }
            span.source { span.clip title=(inert(&row.repository)) { (inert(short(&row.repository))) } span.quiet.clip { (inert(&row.path)) @if row.sources > 1 { " and " (row.sources - 1) " more" } } }
            span.to { span.clip { (inert(&row.to_namespace)) } span.quiet.clip { (inert(cluster(&row.cluster))) } }
            span.revision { (revision(row)) }
            span.age { @if let Some(at) = row.deployed.or(row.created) { (times::ago(at, now)) } }
            @if let Some(trouble) = &row.trouble { span.why { (inert(&cut(trouble))) } }
        }
    }
}

fn tile(entry: &Entry, now: Timestamp) -> Markup {
    let row = &entry.row;
    let class = marks::of_health(row.health).class;
    let edge = if row.sync == SyncStatusCode::OutOfSync && class == "ok" { "warn" } else { class };
    html! {
        li.tile.app id=(id(entry)) {
            span class=(format!("edge {edge}")) {}
            div.top-line { span.name { a href=(href(entry)) { (inert(&row.name)) } } (tick(entry)) }
            span.state { (marks::health(row.health)) (marks::sync(row.sync)) }
            dl {
                dt { "Project" } dd { (inert(&row.project)) }
                dt { "Source" } dd.clip title=(inert(&row.repository)) { (inert(short(&row.repository))) " " span.quiet { (inert(&row.path)) } }
                dt { "Goes to" } dd.clip { (inert(&row.to_namespace)) " " span.quiet { (inert(cluster(&row.cluster))) } }
                dt { "Revision" } dd { (revision(row)) }
                dt { "Deployed" } dd { @match row.deployed { Some(at) => { (times::ago(at, now)) " ago" } None => { span.quiet { "never" } } } }
            }
            @if let Some(trouble) = &row.trouble { p.why { (inert(&cut(trouble))) } }
        }
    }
}

fn tick(entry: &Entry) -> Markup {
    let value = format!("{}/{}", entry.row.namespace, entry.row.name);
    html! {
        label.tick { input type="checkbox" name="app" value=(value) form="many"; span.unseen { "Select " (inert(&entry.row.name)) } }
    }
}

fn revision(row: &appview::AppRow) -> Markup {
    let short: String = row.revision.chars().take(if row.revision.len() == 40 { 7 } else { 24 }).collect();
    html! {
        @if !short.is_empty() { code title=(inert(&row.revision)) { (inert(&short)) } }
        @if !row.target.is_empty() && row.target != row.revision { span.quiet { (inert(&row.target)) } }
    }
}

/// A repository without what all addresses begin with.
pub fn short(repository: &str) -> &str {
    let rest = repository.split_once("://").map_or(repository, |(_, rest)| rest);
    rest.strip_suffix(".git").unwrap_or(rest)
}

/// A cluster in the words people use for their own.
pub fn cluster(name: &str) -> &str {
    if name == "https://kubernetes.default.svc" { "in-cluster" } else { name }
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
