//! The bar that shows how traffic is shared out.

use crate::entry::Entry;
use maud::{Markup, html};
use rolloutview::Role;
use strategy::counts::weight_max;

/// How traffic is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// What all of it is.
    pub whole: i64,
    /// What the new version has.
    pub canary: i64,
    /// What it should have.
    pub wanted: i64,
}

/// The shares of a canary; `None` where traffic is not shared out by weight.
pub fn shares(entry: &Entry) -> Option<Shares> {
    let canary = entry.view.canary.as_ref()?;
    let whole = weight_max(&entry.rollout).max(1);
    // Once it is promoted the new version is the stable one.
    if entry.rollout.status.is_fully_promoted() || !entry.view.sets.iter().any(|set| set.is(Role::Canary)) {
        return Some(Shares { whole, canary: 0, wanted: 0 });
    }
    let within = |weight: i64| weight.clamp(0, whole);
    Some(Shares { whole, canary: within(canary.actual_weight), wanted: within(canary.set_weight) })
}

/// A number of the whole, in percent with at most one digit after the point.
fn percent(part: i64, whole: i64) -> String {
    let thousandths = part.saturating_mul(1_000) / whole;
    match thousandths % 10 {
        0 => format!("{} %", thousandths / 10),
        tenth => format!("{}.{tenth} %", thousandths / 10),
    }
}

/// Where a number of the whole is on the bar of a thousand.
fn place(part: i64, whole: i64) -> i64 {
    part.saturating_mul(1_000) / whole
}

fn bar(shares: Shares) -> Markup {
    let Shares { whole, canary, wanted } = shares;
    let (edge, mark) = (place(whole - canary, whole), place(whole - wanted, whole));
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.stable x="0" y="0" width=(edge) height="10" {}
            rect.canary x=(edge) y="0" width=(1_000 - edge) height="10" {}
            @if wanted != canary { rect.wanted x=((mark - 2).clamp(0, 996)) y="0" width="4" height="10" {} }
        }
    }
}

/// The bar with numbers on it.
pub fn large(entry: &Entry) -> Markup {
    let Some(shares) = shares(entry) else { return html! {} };
    let Shares { whole, canary, wanted } = shares;
    let revision = |role| entry.view.sets.iter().find(|set| set.is(role)).map(|set| set.revision);
    html! {
        div.weights {
            div.labels {
                span.stable { b { (percent(whole - canary, whole)) } " stable"
                    @if let Some(revision) = revision(Role::Stable) { span.quiet { " rev " (revision) } } }
                @if canary > 0 || wanted > 0 || revision(Role::Canary).is_some() {
                    span.canary { b { (percent(canary, whole)) } " canary"
                        @if let Some(revision) = revision(Role::Canary) { span.quiet { " rev " (revision) } }
                        @if wanted != canary { span.quiet { ", " (percent(wanted, whole)) " wanted" } } }
                }
            }
            (bar(shares))
        }
    }
}

/// The bar alone, for lists.
pub fn small(entry: &Entry) -> Markup {
    let Some(shares) = shares(entry) else { return html! {} };
    let label = format!("{} to the canary", percent(shares.canary, shares.whole));
    html! {
        span.weight title=(label) { (bar(shares)) span.number {
            (percent(shares.canary, shares.whole)) span.unseen { " to the canary" } } }
    }
}
