//! What is said of load balancers that do not have a Service's pods yet, and when they are asked again.

use super::draft::event;
use crate::observed::Seen;
use controller::{Plan, Severity};
use jiff::{SignedDuration, Timestamp};
use strategy::Targets;

/// How soon a load balancer is asked again; as upstream does.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// Tells people what load balancers answered.
pub fn tell(seen: &Seen, plan: &mut Plan, now: Timestamp) {
    let registered = &seen.registered;
    let is_done = registered.targets != Targets::Unverified;
    let severity = if is_done { Severity::Normal } else { Severity::Warning };
    let events = registered.notes.iter().map(|note| event(&seen.object, severity, note.reason, &note.message));
    plan.events.extend(events);
    if is_done {
        return;
    }
    plan.waiting.extend(registered.notes.iter().map(|note| note.message.clone()));
    let again = now.checked_add(AGAIN).unwrap_or(now);
    if plan.wake.as_ref().is_none_or(|wake| wake.at > again) {
        *plan = std::mem::take(plan).wake_at(again, controller::Level::LOWEST);
    }
}
