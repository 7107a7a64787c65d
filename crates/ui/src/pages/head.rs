//! What stands on top of an application's page: what it is, how it is, one sentence, and what there is to do.

use super::app_line::{cluster, short};
use super::at::{At, Sight};
use super::marks;
use crate::door::User;
use crate::entry::Entry;
use crate::explain::whys;
use crate::site::Site;
use crate::world::World;
use api::OperationPhase;
use appview::{Grouping, NextStep, ResourceTree, verdict};
use jiff::Timestamp;
use look::marks::{mark, sign};
use look::{inert, segment, times};
use maud::{Markup, html};
use rbac::actions;

/// So many other things that are waited for are told.
const WHYS_MAX: usize = 6;

/// What somebody looks at.
pub struct Look<'a> {
    /// The site.
    pub site: &'a Site,
    /// What is in the cluster.
    pub world: &'a World,
    /// Who looks.
    pub user: &'a User,
    /// At which application.
    pub entry: &'a Entry,
    /// With what in the address.
    pub at: &'a At,
    /// When.
    pub now: Timestamp,
}

impl Look<'_> {
    /// Whether who looks may do something with the application.
    pub fn may(&self, action: &str) -> bool {
        self.site.may_app(self.user, action, self.entry)
    }
}

/// The head.
pub fn head(look: &Look<'_>, tree: &ResourceTree) -> Markup {
    let row = &look.entry.row;
    html! {
        section id="head" {
            nav.crumbs aria-label="Where this is" {
                a id="up" href="/applications" { (sign("back")) "Applications" }
                span.quiet { "/" }
                a href=(format!("/applications?project={}", segment(&row.project))) { (inert(&row.project)) }
            }
            div.title {
                h1 { (inert(&row.name)) }
                (marks::health(row.health)) (marks::sync(row.sync))
                @if row.is_busy { (operation(look)) }
            }
            (sentence(look))
            (facts(look))
            (buttons(look))
            (rollouts(look, tree))
        }
    }
}

fn operation(look: &Look<'_>) -> Markup {
    let phase = look.entry.row.operation.filter(|phase| !phase.is_completed()).unwrap_or(OperationPhase::Running);
    let word = if phase == OperationPhase::Terminating { "Ending the sync" } else { "Syncing" };
    mark(marks::of_phase(phase), word)
}

fn sentence(look: &Look<'_>) -> Markup {
    let whys = whys(look.world, look.entry, look.now);
    let verdict = verdict(&look.entry.application, &whys);
    html! {
        div.sentence {
            p.verdict { (inert(&verdict.sentence))
                @if let Some(since) = verdict.since { span.quiet { " Since " (times::ago(since, look.now)) "." } } }
            @match verdict.step {
                NextStep::Sync if look.may(actions::SYNC) => { a.button.first href=(look.at.at_panel("sync")) data-visit { "Sync" } a.button href=(look.at.at_panel("diff")) data-visit { "Show diff" } }
                NextStep::Refresh => { (post(look, "refresh", "Refresh", look.may(actions::GET))) }
                NextStep::Terminate if look.may(actions::SYNC) => { (post(look, "terminate", "End it", true)) }
                _ => {}
            }
        }
        @if !verdict.next.is_empty() { p.quiet.next { "Next: " (inert(&verdict.next)) "." } }
        @if whys.len() > 1 {
            details.whys id="whys" {
                summary { "and " (whys.len() - 1) " more" }
                ul { @for why in whys.iter().skip(1).take(WHYS_MAX) { li { (inert(&why.what)) span.quiet { " · " (inert(&why.next)) } } } }
            }
        }
        @for (kind, message) in conditions(look) { p.condition { b { (inert(kind)) } " " (inert(message)) } }
    }
}

fn conditions<'l>(look: &'l Look<'_>) -> impl Iterator<Item = (&'l str, &'l str)> {
    let all = look.entry.application.status.conditions.iter();
    all.map(|own| (own.condition_type.as_str(), own.message.as_str())).take(WHYS_MAX)
}

fn facts(look: &Look<'_>) -> Markup {
    let row = &look.entry.row;
    let shown: String = row.revision.chars().take(if row.revision.len() == 40 { 7 } else { 24 }).collect();
    html! {
        dl.facts {
            div { dt { "Source" } dd { (repository(&row.repository)) " " code { (inert(&row.path)) } @if row.sources > 1 { span.quiet { " and " (row.sources - 1) " more" } } } }
            div { dt { "Revision" } dd { @if shown.is_empty() { span.quiet { "not known yet" } } @else { code title=(inert(&row.revision)) { (inert(&shown)) } }
                span.quiet { " of " (inert(if row.target.is_empty() { "HEAD" } else { &row.target })) } } }
            div { dt { "Goes to" } dd { (inert(&row.to_namespace)) span.quiet { " in " (inert(cluster(&row.cluster))) } } }
            div { dt { "Sync" } dd { @if row.is_automated { "automated" } @else { "by hand" } } }
            @if let Some(at) = row.deployed { div { dt { "Deployed" } dd { (times::ago(at, look.now)) " ago" } } }
        }
    }
}

/// A repository, as a link where it is one that a browser can follow.
pub fn repository(address: &str) -> Markup {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    html! {
        @if is_web { a href=(address) rel="noopener noreferrer" { (inert(short(address))) } } @else { (inert(short(address))) }
    }
}

fn buttons(look: &Look<'_>) -> Markup {
    let link = |panel: &'static str, label: &str, key: Option<&str>, may: bool| {
        html! {
            @if may { a.button href=(look.at.at_panel(panel)) data-visit data-key=[key] { (label) } }
            @else { button type="button" disabled title="Your role does not permit this." { (label) } }
        }
    };
    html! {
        div.buttons role="group" aria-label="Actions" {
            (link("details", "Details", None, true))
            (link("diff", "Diff", Some("d"), true))
            (link("sync", "Sync", Some("s"), look.may(actions::SYNC)))
            (link("result", "Last operation", None, true))
            (link("history", "History and rollback", None, true))
            span data-key="r" { (post(look, "refresh", "Refresh", true)) }
            (post(look, "hard-refresh", "Hard refresh", true))
            (link("delete", "Delete", None, look.may(actions::DELETE)))
        }
    }
}

/// A button that does something at once.
pub fn post(look: &Look<'_>, action: &str, label: &str, may: bool) -> Markup {
    html! {
        form method="post" action=(look.at.action(action)) {
            button type="submit" disabled[!may] { (label) }
        }
    }
}

fn rollouts(look: &Look<'_>, tree: &ResourceTree) -> Markup {
    let found = tree.nodes.values().filter(|node| &*node.gvk.kind == "Rollout" && &*node.gvk.group == "argoproj.io");
    let found: Vec<_> = found.take(WHYS_MAX).collect();
    html! {
        @if !found.is_empty() {
            ul.rollouts aria-label="Rollouts" {
                @for node in found {
                    @let object = look.world.cache().get(&node.key()).into_known().map(|own| own.object);
                    @let weight = object.as_ref().and_then(weight);
                    li id=(format!("rollout-{}", node.name)) {
                        a href=(format!("/rollouts/rollout/{}/{}", segment(&node.namespace), segment(&node.name))) { "Rollout " b { (inert(&node.name)) } }
                        @if let Some(health) = node.health { (marks::health(health)) }
                        @if let Some(weight) = weight {
                            span.weight title=(format!("{weight} % to the canary")) {
                                svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                                    rect.stable x="0" y="0" width=(1_000 - weight * 10) height="10" {}
                                    rect.canary x=(1_000 - weight * 10) y="0" width=(weight * 10) height="10" {}
                                }
                                span.number { (weight) " %" span.unseen { " to the canary" } }
                            }
                        }
                        a.button.small href=(look.at.at_node(&node.id, "summary")) data-visit { "Steer" }
                    }
                }
            }
        }
    }
}

/// How much of the traffic the canary has, in percent: what a router reports, or else its share of the pods.
fn weight(rollout: &object::Object) -> Option<i64> {
    let read = api::rollouts::Rollout::read(rollout).ok()?;
    read.spec.strategy.canary.as_ref()?;
    if read.status.is_fully_promoted() {
        return Some(0);
    }
    let value = rollout.value();
    let number = |pointer: &str| value.pointer(pointer).and_then(serde_json::Value::as_i64).unwrap_or_default();
    if let Some(weight) = value.pointer("/status/canary/weights/canary/weight").and_then(serde_json::Value::as_i64) {
        return Some(weight.clamp(0, 100));
    }
    let (updated, all) = (number("/status/updatedReplicas"), number("/status/replicas"));
    (all > 0).then(|| (updated * 100 / all).clamp(0, 100))
}

/// By what each view can group.
fn groupings(sight: Sight) -> &'static [Grouping] {
    use Grouping::{Health, Kind, Namespace, Nothing, Owner, Sync, Usual};
    match sight {
        Sight::Tree => &[Usual, Nothing, Kind, Health, Sync, Namespace],
        Sight::List => &[Usual, Kind, Health, Sync, Namespace, Owner],
        Sight::Pods => &[Usual, Owner, Health, Namespace],
        Sight::Network | Sight::Timeline => &[],
    }
}

/// How the resources can be shown, and what they are narrowed by.
pub fn sights(look: &Look<'_>, tree: &ResourceTree) -> Markup {
    let mut kinds: Vec<&str> = tree.nodes.values().map(|node| &*node.gvk.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut namespaces: Vec<&str> = tree.nodes.values().map(|node| node.namespace.as_str()).collect();
    namespaces.retain(|own| !own.is_empty());
    namespaces.sort_unstable();
    namespaces.dedup();
    let groups = groupings(look.at.sight);
    let query = &look.at.tree;
    html! {
        section.sights id="sights" {
            nav aria-label="Views" {
                @for (own, _, label) in Sight::ALL {
                    a.tab href=(look.at.with(|at| at.sight = own).href()) data-visit aria-current=[(own == look.at.sight).then_some("true")] { (label) }
                }
            }
            @if !matches!(look.at.sight, Sight::Timeline) {
                form.search.narrow method="get" action=(look.at.path()) role="search" {
                    label.words { (sign("search")) span.unseen { "Search resources" } input type="search" name="q" value=(query.words) placeholder="Name or kind" autocomplete="off" spellcheck="false"; }
                    label { span.unseen { "Kind" } select name="kind" { option value="" { "All kinds" } @for kind in &kinds { option value=(kind) selected[**kind == query.kind] { (inert(kind)) } } } }
                    label { span.unseen { "Health" } select name="health" { option value="" { "Any health" } @for own in api::HealthStatusCode::ALL { option value=(own.as_str()) selected[query.health == Some(*own)] { (own.as_str()) } } } }
                    label { span.unseen { "Sync" } select name="sync" { option value="" { "Any sync" } @for own in api::SyncStatusCode::ALL { option value=(own.as_str()) selected[query.sync == Some(*own)] { (own.as_str()) } } } }
                    @if namespaces.len() > 1 || !query.namespace.is_empty() { label { span.unseen { "Namespace" } select name="in" { option value="" { "All namespaces" } @for own in &namespaces { option value=(own) selected[**own == query.namespace] { (inert(own)) } } } } }
                    @if !groups.is_empty() { label { span.unseen { "Grouped by" } select name="group" { @for (own, word, label) in Grouping::ALL { @if groups.contains(&own) { option value=(word) selected[own == query.grouping] { @if own == Grouping::Usual { (label) } @else { @if own == Grouping::Nothing { "Nothing folded" } @else { "By " (label.to_lowercase()) } } } } } } } }
                    @if let Some((_, word, _)) = Sight::ALL.iter().find(|own| own.0 == look.at.sight && !own.1.is_empty()) { input type="hidden" name="view" value=(word); }
                    button.scriptless type="submit" { "Search" }
                }
                @if look.at.sight == Sight::Tree {
                    div.zoom role="group" aria-label="Zoom" {
                        button.plain type="button" data-zoom="out" aria-label="Smaller" title="Smaller" { "−" }
                        button.plain type="button" data-zoom="fit" aria-label="Fit" title="Fit" { "Fit" }
                        button.plain type="button" data-zoom="in" aria-label="Larger" title="Larger" { "+" }
                    }
                }
            }
        }
    }
}
