//! One sentence that says how a Rollout is, and if it is not well, why. Pure.

use super::steps_text::pause_length;
use crate::entry::Entry;
use api::rollouts::CanaryStep;
use jiff::Timestamp;
use look::inert;
use look::times;
use maud::{Markup, html};
use rolloutview::{Role, SetView};
use std::collections::BTreeMap;

/// One sentence on a Rollout.
pub fn sentence(entry: &Entry, now: Timestamp) -> Markup {
    let view = &entry.view;
    match view.status.as_str() {
        "Healthy" => healthy(entry),
        "Paused" => paused(entry, now),
        "Degraded" if entry.rollout.status.abort => aborted(entry),
        "Progressing" | "Degraded" => match (missing_pods(entry), view.message.as_str()) {
            (Some(missing), message) if view.status == "Progressing" || message.is_empty() => html! { (missing) },
            (Some(missing), message) => html! { (inert(message)) ". " (missing) },
            (None, "") => html! { "The new version is being rolled out." },
            (None, message) => html! { (inert(&first_upper(message))) "." },
        },
        _ if view.message.is_empty() => html! { "Nothing is said of it yet." },
        _ => html! { (inert(&view.message)) },
    }
}

fn first_upper(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn healthy(entry: &Entry) -> Markup {
    let revision = entry.rollout.revision();
    match entry.view.desired {
        0 => html! { "Scaled to nothing." },
        1 => html! { "Its one pod runs revision " (revision) "." },
        pods => html! { "All " (pods) " pods run revision " (revision) "." },
    }
}

fn aborted(entry: &Entry) -> Markup {
    let stable = entry.view.sets.iter().find(|set| set.is(Role::Stable)).map(|set| set.revision);
    let why = entry.view.message.trim_start_matches("RolloutAborted: ");
    html! {
        "Aborted" @if let Some(stable) = stable { "; revision " (stable) " serves everybody" }
        ". Retry it, or give it another image."
        @if !why.is_empty() { span.quiet { " " (inert(why)) } }
    }
}

fn paused(entry: &Entry, now: Timestamp) -> Markup {
    let status = &entry.rollout.status;
    let reason = status.pause_conditions.first().map_or("", |pause| &pause.reason);
    let since = status.pause_conditions.first().map(|pause| pause.start_time.timestamp());
    let since = html! { @if let Some(since) = since { " It has waited for " (times::ago(since, now)) "." } };
    match reason {
        _ if entry.rollout.spec.paused && reason.is_empty() => html! { "Somebody paused it; resume lets it go on." },
        "InconclusiveAnalysisRun" => {
            html! { "An analysis came to no verdict: promote it or abort it." (since) }
        }
        "BlueGreenPause" => match automatic_promotion(entry) {
            Some(at) => html! { "The preview is ready; it is promoted in " (times::until(at, now)) "." },
            None => html! { "The preview is ready and waits for you to promote it." (since) },
        },
        "CanaryPauseStep" => match pause_end(entry) {
            Some(end) => html! { "Pauses for another " (times::until(end, now)) ", then goes on by itself." },
            None => html! { "Waits for you: promote it to go on, or abort it to go back." (since) },
        },
        _ => html! { (inert(&entry.view.message)) "." (since) },
    }
}

fn automatic_promotion(entry: &Entry) -> Option<Timestamp> {
    let seconds = entry.rollout.spec.strategy.blue_green.as_ref()?.auto_promotion_seconds;
    let began = entry.rollout.status.pause("BlueGreenPause")?.start_time.timestamp();
    (seconds > 0).then(|| began.checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok()).flatten()
}

/// The step a canary is at.
pub fn step_now(entry: &Entry) -> Option<(usize, Option<&CanaryStep>)> {
    let current = strategy::counts::current_step(&entry.rollout)?;
    Some((current.index, current.step))
}

/// When the pause that a canary is at ends by itself.
pub fn pause_end(entry: &Entry) -> Option<Timestamp> {
    let (_, step) = step_now(entry)?;
    let length = pause_length(step?.pause.as_ref()?)?;
    let began = entry.rollout.status.pause("CanaryPauseStep")?.start_time.timestamp();
    began.checked_add(length).ok()
}

/// What pods are waited for, and what they say themselves.
fn missing_pods(entry: &Entry) -> Option<Markup> {
    let set = entry.view.sets.iter().find(|set| set.wanted > set.available)?;
    let (missing, wanted) = (set.wanted - set.available, set.wanted);
    Some(html! {
        "Waiting for " (missing) " of " (wanted) @if wanted == 1 { " pod" } @else { " pods" } " of " (who(set))
        @match trouble(set) { Some(trouble) => { ": " (inert(&trouble)) "." }, None => { "." } }
    })
}

fn who(set: &SetView) -> String {
    let role = match () {
        () if set.is(Role::Canary) => "the canary, ",
        () if set.is(Role::Preview) => "the preview, ",
        () if set.is(Role::Active) => "the active version, ",
        () if set.is(Role::Stable) => "the stable version, ",
        () => "",
    };
    format!("{role}revision {}", set.revision)
}

fn trouble(set: &SetView) -> Option<String> {
    let mut troubles: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pod in set.pods.iter().filter(|pod| ["⚠", "✖"].contains(&pod.icon)) {
        troubles.entry(&pod.status).or_default().push(&pod.name);
    }
    let (status, pods) = troubles.into_iter().max_by_key(|(_, pods)| pods.len())?;
    Some(match pods.as_slice() {
        [pod] => format!("{status} in {pod}"),
        pods => format!("{status} in {} pods", pods.len()),
    })
}
