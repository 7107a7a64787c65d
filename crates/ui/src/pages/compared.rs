//! Differences between what is desired and what is live, with the values of Secrets hidden.

use super::head::Look;
use crate::judge::Compared;
use crate::problem::Problem;
use api::SyncStatusCode;
use appview::{Difference, DifferenceRow, Line, LineKind, difference, node_id};
use look::inert;
use maud::{Markup, html};
use object::Key;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many resources are shown with their differences at once.
const SHOWN_MAX: usize = 40;
/// So many bytes of one manifest are shown.
const BYTES_MAX: usize = 256 << 10;
/// A manifest of more bytes is not compared at all: nobody reads that, and it would take long.
const COMPARED_MAX: usize = 8 << 20;

/// All that differ.
pub async fn all(look: &Look<'_>) -> Result<Markup, Problem> {
    let compared = look.site.judge.compared(&look.entry.object).await?;
    let differing: Vec<&Compared> = compared.iter().filter(|own| own.differs).collect();
    Ok(html! {
        (switch(look))
        @if differing.is_empty() { p { "Nothing differs: " (compared.len()) " resources are as their source says." } }
        @for own in differing.iter().take(SHOWN_MAX) {
            section.diff-of {
                h3 { a href=(look.at.at_node(&node_id(&own.key), "diff")) data-visit { (inert(&own.key.kind)) " " (inert(&own.key.name)) } }
                (shown(look, own))
            }
        }
        @if differing.len() > SHOWN_MAX { p.quiet { (differing.len() - SHOWN_MAX) " more differ." } }
    })
}

/// One resource.
pub async fn one(look: &Look<'_>, id: &str) -> Result<Markup, Problem> {
    let compared = look.site.judge.compared(&look.entry.object).await?;
    let Some(own) = compared.iter().find(|own| node_id(&own.key) == id) else {
        return Ok(html! { p.quiet { "It is not declared: something that is declared has made it." } });
    };
    Ok(html! { (switch(look)) (shown(look, own)) })
}

fn switch(look: &Look<'_>) -> Markup {
    let href = |is_side: bool| look.at.with(|at| at.is_side_by_side = is_side).href();
    let current = |is_side: bool| (is_side == look.at.is_side_by_side).then_some("true");
    html! {
        nav.switch aria-label="Arrangement" {
            a.tab href=(href(false)) data-visit aria-current=[current(false)] { "Inline" }
            a.tab href=(href(true)) data-visit aria-current=[current(true)] { "Side by side" }
            span.quiet { "live → desired; values of Secrets are hidden" }
        }
    }
}

fn shown(look: &Look<'_>, own: &Compared) -> Markup {
    let (live, desired) = texts(own);
    if live.len().max(desired.len()) > COMPARED_MAX {
        return html! { p.notice { "It is larger than 8 MiB and is not compared here." } };
    }
    let found = difference(&live, &desired);
    html! {
        @if own.live.is_none() { p.quiet { "It is not there; syncing makes it." } }
        @if own.desired.is_none() { p.quiet { "It is no longer in the source; syncing with prune deletes it." } }
        @if found.is_empty() { p { @if own.differs { "They differ only in what is hidden." } @else { "Nothing differs." } } }
        @else { p.quiet { span.minus { "−" (found.removed) } " " span.plus { "+" (found.added) } } (table(&found, look.at.is_side_by_side)) }
        @if found.left_out > 0 { p.notice { (found.left_out) " more lines are not compared." } }
    }
}

/// Both sides as text, the values of Secrets hidden alike on both.
pub fn texts(own: &Compared) -> (String, String) {
    let (mut live, mut desired) = (own.live.clone(), own.desired.clone());
    veil(&own.key, desired.as_mut(), live.as_mut());
    let text = |side: &Option<Value>| side.as_ref().map(yaml::emit).unwrap_or_default();
    (text(&live), text(&desired))
}

/// One object as text, its values hidden where it is a Secret.
pub fn yaml_of(key: &Key, value: Option<Value>) -> String {
    let mut value = value;
    veil(key, None, value.as_mut());
    value.as_ref().map(yaml::emit).unwrap_or_default()
}

/// The beginning of a text, and how many lines are left out.
pub fn bounded(text: &str) -> (&str, usize) {
    if text.len() <= BYTES_MAX {
        return (text, 0);
    }
    let boundary = (0..=BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[..boundary].rfind('\n').unwrap_or(boundary);
    (&text[..end], text[end..].lines().count())
}

fn veil(key: &Key, desired: Option<&mut Value>, live: Option<&mut Value>) {
    let mut sides = [desired, live];
    for side in sides.iter_mut().flatten() {
        if let Some(metadata) = side.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
    }
    let [desired, live] = sides;
    if (&*key.group, &*key.kind) == ("", "Secret") {
        compare::mask_secret(desired, live, &BTreeSet::new());
    }
}

fn table(found: &Difference, is_side_by_side: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Difference" {
            table class=(if is_side_by_side { "diff side" } else { "diff" }) {
                @for row in &found.rows {
                    @match row {
                        DifferenceRow::Skipped(count) => { tr.skipped { td colspan="4" { "… " (count) " equal lines" } } }
                        DifferenceRow::Lines(left, right) if is_side_by_side => { tr { (side(left.as_ref())) (side(right.as_ref())) } }
                        DifferenceRow::Lines(left, right) => {
                            @if let (Some(own), Some(LineKind::Same)) = (left, left.as_ref().map(|own| own.kind)) { tr { (number(own.number)) (text(own)) } }
                            @else {
                                @if let Some(own) = left { tr { (number(own.number)) (text(own)) } }
                                @if let Some(own) = right { tr { (number(own.number)) (text(own)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn side(line: Option<&Line>) -> Markup {
    html! { @match line { Some(own) => { (number(own.number)) (text(own)) } None => { td.no {} td.none {} } } }
}

fn number(number: usize) -> Markup {
    html! { td.no { (number) } }
}

fn text(line: &Line) -> Markup {
    let (class, mark) = match line.kind {
        LineKind::Same => ("same", " "),
        LineKind::Removed => ("minus", "−"),
        LineKind::Added => ("plus", "+"),
    };
    html! {
        td class=(class) { span.m aria-hidden="true" { (mark) }
            @match line.changed.filter(|(from, to)| from < to && line.text.get(*from..*to).is_some()) {
                Some((from, to)) => { (inert(&line.text[..from])) b { (inert(&line.text[from..to])) } (inert(&line.text[to..])) }
                None => { (inert(&line.text)) }
            }
        }
    }
}

/// Whether a resource is one that differs.
pub fn is_differing(status: Option<SyncStatusCode>) -> bool {
    status == Some(SyncStatusCode::OutOfSync)
}
