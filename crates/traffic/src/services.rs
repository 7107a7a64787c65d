//! Which Service is the stable one and which the new version's.

use api::rollouts::Rollout;

/// Which pair of Services wins when both are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The pair that takes turns.
    PingPong,
    /// The named ones.
    Named,
}

/// The word for the first of the two Services that take turns.
const PING: &str = "ping";

/// Whether the first of the two Services that take turns is the stable one.
// Compat: without a record it is the second, so that the first rollout makes `ping` stable.
#[must_use]
pub fn is_stable_ping(rollout: &Rollout) -> bool {
    rollout.status.canary.stable_ping_pong == PING
}

/// The stable Service and the new version's; empty where none is given.
#[must_use]
pub fn stable_and_canary(rollout: &Rollout, preference: Preference) -> (&str, &str) {
    let Some(canary) = &rollout.spec.strategy.canary else { return ("", "") };
    let named = (canary.stable_service.as_str(), canary.canary_service.as_str());
    match &canary.ping_pong {
        Some(pair) if preference == Preference::PingPong || named == ("", "") => {
            let (ping, pong) = (pair.ping_service.as_str(), pair.pong_service.as_str());
            if is_stable_ping(rollout) { (ping, pong) } else { (pong, ping) }
        }
        _ => named,
    }
}
