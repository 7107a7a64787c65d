//! The steps of a canary as a track: done, current with its own clock, to come.

use super::steps_text::step_words;
use super::verdict::{pause_end, step_now};
use crate::entry::Entry;
use jiff::Timestamp;
use look::{marks, times};
use maud::{Markup, html};

/// Steps beyond this many are told by their number.
const SHOWN_MAX: usize = 60;

/// The track; nothing without steps.
pub fn track(entry: &Entry, now: Timestamp) -> Markup {
    let Some(canary) = &entry.rollout.spec.strategy.canary else { return html! {} };
    let Some((at, _)) = step_now(entry).filter(|_| !canary.steps.is_empty()) else { return html! {} };
    let is_aborted = entry.rollout.status.abort;
    html! {
        ol.steps aria-label="Steps" {
            @for (index, step) in canary.steps.iter().enumerate().take(SHOWN_MAX) {
                @let class = match index { _ if is_aborted => "next", it if it < at => "done", it if it == at => "now", _ => "next" };
                li class=(class) aria-current=[(class == "now").then_some("step")] {
                    span.knob { @if class == "done" { (marks::sign("ok")) } @else { (index + 1) } }
                    span.words { (step_words(step)) }
                    @if class == "now" { span.clock { (clock(entry, now)) } }
                }
            }
            @if canary.steps.len() > SHOWN_MAX { li.next { span.words { (canary.steps.len() - SHOWN_MAX) " more" } } }
        }
    }
}

fn clock(entry: &Entry, now: Timestamp) -> Markup {
    let status = &entry.rollout.status;
    match (pause_end(entry), status.pause("CanaryPauseStep")) {
        (Some(end), _) => html! { (times::until(end, now)) " left" },
        (None, Some(_)) => html! { "waiting for you" },
        (None, None) => html! { "running" },
    }
}
