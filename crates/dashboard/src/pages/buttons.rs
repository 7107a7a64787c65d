//! The buttons, always in the same places. What cannot be taken back asks for a second, different click.

use crate::entry::Entry;
use crate::site::Site;
use look::segment;
use maud::{Markup, html};

/// A button that does something to a Rollout.
struct Button {
    action: &'static str,
    label: &'static str,
    /// What is asked before.
    asks: Option<&'static str>,
    is_possible: bool,
    is_first: bool,
}

/// Where forms of a Rollout are sent.
pub fn target(site: &Site, entry: &Entry, action: &str) -> String {
    let (namespace, name) = entry.key();
    format!("{}/rollout/{}/{}/{action}", site.base, segment(namespace), segment(name))
}

/// What every form carries.
pub fn carried(site: &Site) -> Markup {
    html! { input type="hidden" name="token" value=(site.form_token.text()); }
}

/// All buttons.
pub fn bar(site: &Site, entry: &Entry) -> Markup {
    html! {
        div.buttons role="group" aria-label="Actions" {
            @for button in buttons(entry) { (one(site, entry, &button)) }
        }
    }
}

fn buttons(entry: &Entry) -> Vec<Button> {
    let (spec, status) = (&entry.rollout.spec, &entry.rollout.status);
    let is_over = status.is_fully_promoted();
    let is_waiting = !status.pause_conditions.is_empty() || spec.paused;
    let steps = spec.strategy.canary.as_ref().map_or(0, |canary| canary.steps.len());
    let has_steps_left = steps > 0 && !is_over && !status.abort;
    let always = |action, label, is_possible| Button { action, label, asks: None, is_possible, is_first: false };
    let asked = |action, label, asks, is_possible| Button { asks: Some(asks), ..always(action, label, is_possible) };
    vec![
        Button { is_first: is_waiting, ..always("promote", "Promote", is_waiting || has_steps_left) },
        asked("promote-full", "Promote full", "Skip all analyses, pauses and steps that are left?", !is_over),
        if spec.paused { always("resume", "Resume", true) } else { always("pause", "Pause", true) },
        asked("abort", "Abort", "Send everybody back to the stable version?", !is_over && !status.abort),
        Button { is_first: status.abort, ..always("retry", "Retry", status.abort) },
        asked("restart", "Restart", "Replace all pods, a few at a time?", true),
    ]
}

fn one(site: &Site, entry: &Entry, button: &Button) -> Markup {
    let Button { action, label, asks, is_possible, is_first } = button;
    let form = html! {
        form method="post" action=(target(site, entry, action)) {
            (carried(site))
            button type="submit" class=[is_first.then_some("first")] disabled[!is_possible] id=[asks.is_none().then_some(action)] {
                @if asks.is_some() { "Yes, " (label.to_lowercase()) } @else { (label) }
            }
        }
    };
    html! {
        @match asks {
            Some(question) if *is_possible => {
                details.asks data-once id=(action) {
                    summary.button { (label) }
                    div.question { p { (question) } (form) }
                }
            }
            Some(_) => { button type="button" disabled { (label) } }
            None => { (form) }
        }
    }
}

/// A form that goes back to a revision.
pub fn undo(site: &Site, entry: &Entry, revision: i64) -> Markup {
    html! {
        details.asks data-once id=(format!("undo-{revision}")) {
            summary.button.small aria-label=(format!("Go back to revision {revision}")) { "Undo to " (revision) }
            div.question {
                p { "Put the template of revision " (revision) " back?" }
                form method="post" action=(target(site, entry, "undo")) {
                    (carried(site))
                    input type="hidden" name="revision" value=(revision);
                    button type="submit" { "Yes, go back" }
                }
            }
        }
    }
}
