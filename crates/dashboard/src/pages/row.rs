//! One Rollout as a line of a list.

use super::weights;
use crate::entry::Entry;
use crate::site::Site;
use jiff::Timestamp;
use look::{inert, segment};
use look::{marks, times};
use maud::{Markup, html};

/// So many images are named; of more, the number is told.
const IMAGES_MAX: usize = 2;

/// The id of a Rollout's line.
pub fn id(entry: &Entry) -> String {
    let (namespace, name) = entry.key();
    format!("row-{namespace}-{name}")
}

/// The address of a Rollout's page.
pub fn href(site: &Site, entry: &Entry) -> String {
    let (namespace, name) = entry.key();
    format!("{}/rollout/{}/{}", site.base, segment(namespace), segment(name))
}

/// A Rollout's line.
pub fn row(site: &Site, entry: &Entry, now: Timestamp) -> Markup {
    let view = &entry.view;
    let steps = view.canary.as_ref().map_or("", |canary| &canary.step);
    html! {
        li.row id=(id(entry)) {
            span.state { (marks::mark(marks::of_phase(&view.status), &view.status)) }
            span.name { a href=(href(site, entry)) { (view.name) } span.quiet { (view.namespace) } }
            span.images {
                @for image in view.images.iter().take(IMAGES_MAX) { code title=(inert(&image.name)) { (inert(short(&image.name))) } }
                @if view.images.len() > IMAGES_MAX { span.quiet { "+" (view.images.len() - IMAGES_MAX) } }
            }
            span.step { @if view.strategy == "BlueGreen" { "blue-green" } @else if !steps.is_empty() { "step " (steps) } @else { "canary" } }
            span.share { (weights::small(entry)) }
            span.ready title="pods that are available, of those wanted" {
                (view.available) "/" (view.desired) span.unseen { " pods available" } }
            span.age { @if let Some(created) = view.created { (times::ago(created, now)) } }
        }
    }
}

/// A Rollout that cannot be read.
pub fn unreadable(namespace: &str, name: &str, why: &str) -> Markup {
    html! {
        li.row id=(format!("row-{namespace}-{name}")) {
            span.state { (marks::mark(marks::of_phase("Error"), "Unreadable")) }
            span.name { b { (inert(name)) } span.quiet { (inert(namespace)) } }
            span.why { (inert(why)) }
        }
    }
}

/// An image without the registry and the path.
fn short(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}
