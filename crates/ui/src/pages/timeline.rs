//! What happened: of one application, or of all that who looks may see.

use super::head::Look;
use super::layout::{self, Page, Section};
use crate::door::User;
use crate::site::Site;
use crate::view::Part;
use api::{Application, SyncStatusCode};
use appview::{Drift, Entry, Kind, Past, ResourceTree, timeline};
use axum::extract::{Extension, State};
use axum::response::Response;
use cluster::ListQuery;
use compare::differences;
use http::Uri;
use jiff::Timestamp;
use look::{inert, marks, segment, times};
use maud::{Markup, html};
use object::{Gvk, Object};
use rbac::actions;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many things are told.
const SHOWN_MAX: usize = 200;

/// The events of namespaces, as they are now. What cannot be read is left out.
pub async fn events(site: &Site, namespaces: &BTreeSet<String>) -> Vec<Object> {
    const NAMESPACES_MAX: usize = 20;
    let mut found = Vec::new();
    for namespace in namespaces.iter().take(NAMESPACES_MAX) {
        let listed = site.client.list(&Gvk::new("", "v1", "Event"), &ListQuery::in_namespace(namespace)).await;
        found.extend(listed.unwrap_or_default());
    }
    found
}

/// What was read for the timeline of one application.
#[derive(Default)]
pub struct Read {
    /// Events of the namespaces it is in.
    pub events: Vec<Object>,
    /// What differs now.
    pub drift: Vec<Drift>,
}

/// So many resources are looked at for their drift.
const DRIFTING_MAX: usize = 50;

/// What of an application differs now, with the fields. What cannot be compared is left out.
pub async fn drift(site: &Site, entry: &crate::entry::Entry) -> Vec<Drift> {
    if entry.row.sync != SyncStatusCode::OutOfSync {
        return Vec::new();
    }
    let compared = site.judge.compared(&entry.object).await.unwrap_or_default();
    let differing = compared.into_iter().filter(|own| own.differs && own.desired.is_some());
    let mut found = Vec::new();
    for own in differing.take(DRIFTING_MAX) {
        let fields = differences(own.live.as_ref(), own.desired.as_ref());
        let fields: Vec<String> = fields.into_iter().map(|own| own.path).filter(|own| !own.is_empty()).collect();
        let Some(live) = own.live.and_then(|live| Object::from_value(&live).ok()) else { continue };
        // What is compared has been put in order: who wrote it stands on the object itself.
        let read = site.client.get(live.gvk(), live.namespace(), live.name()).await;
        if let (Ok(Some(live)), false) = (read, fields.is_empty()) {
            found.push(Drift { live, fields });
        }
    }
    found
}

/// What happened to one application and its resources.
pub fn of_one(look: &Look<'_>, tree: &ResourceTree, read: &Read) -> Part {
    let uids: BTreeSet<&str> =
        tree.nodes.values().map(|node| node.uid.as_str()).filter(|own| !own.is_empty()).collect();
    let own = look.entry.object.meta().uid.to_string();
    let is_about = |event: &&Object| {
        let uid = event.get("/involvedObject/uid");
        uid.as_ref().and_then(serde_json::Value::as_str).is_some_and(|uid| uid == own || uids.contains(uid))
    };
    let events: Vec<Object> = read.events.iter().filter(is_about).cloned().collect();
    let past = Past { applications: &[&look.entry.application], events: &events, drift: &read.drift };
    let entries = timeline(&past);
    Part::new("timeline", html! { section id="timeline" { (list(&entries, look.now)) } })
}

/// The page of everything.
pub async fn page(State(site): State<Arc<Site>>, Extension(user): Extension<User>, uri: Uri) -> Response {
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, "/applications"),
    };
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = |key: &str| {
        query.iter().find(|own| own.0 == key).map(|own| own.1.chars().take(200).collect::<String>()).unwrap_or_default()
    };
    let (words, kind) = (asked("q"), asked("kind"));
    let apps = world.applications();
    let seen: Vec<_> = apps.entries.values().filter(|entry| site.may_app(&user, actions::GET, entry)).collect();
    let applications: Vec<&Application> = seen.iter().map(|entry| &entry.application).collect();
    let mut namespaces: BTreeSet<String> = seen.iter().map(|entry| entry.row.to_namespace.clone()).collect();
    namespaces.insert(site.namespace.clone());
    let may_all = site.may(&user, rbac::Resource::Applications, actions::GET, "*/*");
    let names: BTreeSet<(&str, &str)> = seen.iter().map(|entry| entry.row.key()).collect();
    let of_seen = |event: &Object| {
        let text =
            |pointer: &str| event.get(pointer).and_then(|own| own.as_str().map(str::to_owned)).unwrap_or_default();
        let (kind, namespace, name) =
            (text("/involvedObject/kind"), text("/involvedObject/namespace"), text("/involvedObject/name"));
        may_all || (kind == "Application" && names.contains(&(namespace.as_str(), name.as_str())))
    };
    let events: Vec<Object> = events(&site, &namespaces).await.into_iter().filter(of_seen).collect();
    let mut entries = timeline(&Past { applications: &applications, events: &events, drift: &[] });
    let is_meant = |entry: &Entry| {
        let text = format!("{} {} {} {} {}", entry.object_kind, entry.namespace, entry.name, entry.what, entry.who)
            .to_lowercase();
        (kind.is_empty() || entry.kind.word() == kind)
            && words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    };
    entries.retain(is_meant);
    let fixed = html! {
        form.search method="get" action="/timeline" role="search" {
            label.words { (marks::sign("search")) span.unseen { "Search" } input type="search" name="q" value=(words) placeholder="Application, person or word" autocomplete="off" spellcheck="false"; }
            label { span.unseen { "Kind" } select name="kind" { option value="" { "Everything" } @for (_, word, label) in Kind::ALL { option value=(word) selected[word == kind] { (label) } } } }
            button.scriptless type="submit" { "Search" }
        }
    };
    let content = html! { section id="timeline" { h1.verdict { "What happened" } (list(&entries, site.clock.now())) } };
    let page = Page { title: "Timeline", fixed, content: content.into_string(), ..Page::default() };
    layout::page(&user, Section::Timeline, &page)
}

fn list(entries: &[Entry], now: Timestamp) -> Markup {
    html! {
        @if entries.is_empty() { p.quiet.nothing { "Nothing has been written down." } }
        ol.timeline { @for entry in entries.iter().take(SHOWN_MAX) {
            @let mark = match entry.kind { Kind::Deployed => marks::OK, Kind::Operation => marks::RUNNING, Kind::Trouble => marks::BAD, Kind::Changed => marks::IDLE, Kind::Rollout => marks::HELD, Kind::Drift => marks::WARNING };
            li {
                span class=(format!("dot {}", mark.class)) { (marks::sign(mark.sign)) }
                span.when { (times::ago(entry.at, now)) " ago" }
                div { p { (subject(entry)) " " (inert(&entry.what)) @if entry.times > 1 { span.quiet { " (" (entry.times) " times)" } } }
                    @if !entry.who.is_empty() { p.quiet { (inert(&entry.who)) } } }
            }
        } }
        @if entries.len() > SHOWN_MAX { p.quiet { (entries.len() - SHOWN_MAX) " earlier ones are not shown." } }
    }
}

fn subject(entry: &Entry) -> Markup {
    html! {
        @if entry.object_kind == "Application" || entry.object_kind.is_empty() {
            a href=(format!("/applications/{}/{}", segment(&entry.namespace), segment(&entry.name))) { b { (inert(&entry.name)) } }
        } @else { b { (inert(&entry.object_kind)) " " (inert(&entry.name)) } }
    }
}
