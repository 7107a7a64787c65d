//! The versions side by side: images, pods as dots, what they play; and the containers whose images can be set.

use super::buttons::{carried, target, undo};
use crate::entry::Entry;
use crate::site::Site;
use jiff::Timestamp;
use look::inert;
use look::{marks, times};
use maud::{Markup, html};
use rolloutview::{PodView, SetView};
use serde_json::Value;

/// So many pods are drawn; of more, the number is told.
const DOTS_MAX: usize = 60;
/// So many pods are listed.
const LISTED_MAX: usize = 200;
/// So many earlier revisions are listed.
const EARLIER_MAX: usize = 30;

/// The versions of a Rollout.
pub fn versions(site: &Site, entry: &Entry, now: Timestamp) -> Markup {
    let is_shown = |set: &&SetView| set.replicas > 0 || set.wanted > 0 || !set.roles.is_empty();
    let (shown, earlier): (Vec<_>, Vec<_>) = entry.view.sets.iter().partition(is_shown);
    html! {
        h2 { "Versions" }
        @if entry.view.sets.is_empty() { p.quiet { "No ReplicaSet has been made yet." } }
        div.cards { @for set in shown { (card(site, entry, set, now)) } }
        @if !earlier.is_empty() {
            details.earlier id="earlier" {
                summary { (earlier.len()) " earlier " @if earlier.len() == 1 { "revision" } @else { "revisions" } }
                ul { @for set in earlier.iter().take(EARLIER_MAX) {
                    li id=(format!("set-{}", set.name)) {
                        span.revision { "rev " (set.revision) } (images(&set.images))
                        @if let Some(created) = set.created { span.quiet { (times::ago(created, now)) " ago" } }
                        (undo(site, entry, set.revision))
                    }
                } }
            }
        }
    }
}

fn images(images: &[String]) -> Markup {
    html! { span.images { @for image in images { code { (inert(image)) } } } }
}

fn card(site: &Site, entry: &Entry, set: &SetView, now: Timestamp) -> Markup {
    let role = set.roles.iter().map(|role| role.as_str()).find(|role| *role != "ping" && *role != "pong");
    html! {
        article class=(format!("card {}", role.unwrap_or("old"))) id=(format!("set-{}", set.name)) {
            header {
                h3 { "Revision " (set.revision) }
                @for role in &set.roles { span class=(format!("tag {}", role.as_str())) { (role.as_str()) } }
                span.fill {}
                (marks::mark(marks::of_icon(set.icon), set.status))
            }
            (images(&set.images))
            div.pods role="group" aria-label=(format!("{} of {} pods available", set.available, set.wanted)) {
                @for pod in set.pods.iter().take(DOTS_MAX) {
                    (marks::dot(marks::of_icon(pod.icon), &format!("{}: {}", pod.name, pod.status)))
                }
                @if set.pods.len() > DOTS_MAX { span.quiet { "and " (set.pods.len() - DOTS_MAX) " more" } }
                span.count { (set.available) "/" (set.wanted) " available" }
            }
            p.quiet {
                code { (set.name) }
                @if let Some(created) = set.created { " · " (times::ago(created, now)) " old" }
                @if let Some(deadline) = deadline(set) { " · goes in " (times::until(deadline, now)) }
            }
            @if !set.pods.is_empty() { (pods(set, now)) }
            @if !is_current(entry, set) { (undo(site, entry, set.revision)) }
        }
    }
}

fn is_current(entry: &Entry, set: &SetView) -> bool {
    entry.view.sets.iter().map(|set| set.revision).max() == Some(set.revision)
}

fn deadline(set: &SetView) -> Option<Timestamp> {
    set.scale_down_deadline.parse().ok()
}

fn pods(set: &SetView, now: Timestamp) -> Markup {
    html! {
        details id=(format!("pods-{}", set.name)) {
            summary { "Pods" }
            ul.list { @for pod in set.pods.iter().take(LISTED_MAX) { (line(pod, now)) } }
        }
    }
}

fn line(pod: &PodView, now: Timestamp) -> Markup {
    html! {
        li {
            code { (inert(&pod.name)) } (marks::mark(marks::of_icon(pod.icon), &pod.status))
            span.quiet {
                "ready " (pod.ready)
                @if pod.restarts > 0 { " · " (pod.restarts) " restarts" }
                @if let Some(created) = pod.created { " · " (times::ago(created, now)) }
            }
        }
    }
}

/// The containers with a form for each one's image.
pub fn containers(site: &Site, entry: &Entry) -> Markup {
    let source = entry.found.workload.as_ref().unwrap_or(&entry.found.rollout).value();
    let list = |pointer: &str| source.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let all = [list("/spec/template/spec/initContainers"), list("/spec/template/spec/containers")].concat();
    html! {
        h2 { "Containers" }
        @if all.is_empty() { p.quiet { "The template of its pods stands elsewhere and cannot be read." } }
        ul.containers { @for container in &all { (image_form(site, entry, container)) } }
    }
}

fn image_form(site: &Site, entry: &Entry, container: &Value) -> Markup {
    let text = |key: &str| container[key].as_str().unwrap_or_default();
    let (name, image) = (text("name"), text("image"));
    html! {
        li {
            form.image method="post" action=(target(site, entry, "set-image")) {
                (carried(site))
                input type="hidden" name="container" value=(name);
                label for=(format!("image-{name}")) { (inert(name)) }
                input type="text" name="image" id=(format!("image-{name}")) value=(inert(image)) required autocomplete="off"
                    autocapitalize="off" spellcheck="false" maxlength="1024";
                button type="submit" { "Set image" }
            }
        }
    }
}
