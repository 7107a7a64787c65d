//! How often one registry is asked, and when not at all.

use crate::problem::Problem;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many registries are told apart; beyond that all are forgotten, which costs politeness only.
const REGISTRIES_MAX: usize = 4096;

/// The pace of all registries.
#[derive(Debug, Default)]
pub(crate) struct Paces(Mutex<BTreeMap<String, Pace>>);

#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    /// When the next request would be due at an even pace.
    due: Option<Instant>,
    /// Until when the registry asked to be left alone, and by which status.
    pause: Option<(Instant, u16)>,
}

impl Paces {
    /// Waits for the registry's turn: at most `per_second` requests a second, a second's worth of them at once.
    pub(crate) async fn turn(&self, registry: &str, per_second: u32, now: Instant) -> Result<(), Problem> {
        let at = self.reserve(registry, per_second, now)?;
        if at > now {
            tokio::time::sleep_until(at).await;
        }
        Ok(())
    }

    fn reserve(&self, registry: &str, per_second: u32, now: Instant) -> Result<Instant, Problem> {
        const BURST: Duration = Duration::from_secs(1);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REGISTRIES_MAX && !all.contains_key(registry) {
            all.clear();
        }
        let pace = all.entry(registry.to_owned()).or_default();
        if let Some((until, status)) = pace.pause.filter(|(until, _)| *until > now) {
            return Err(Problem::Busy { status, wait: until - now });
        }
        let due = pace.due.map_or(now, |due| due.max(now)) + Duration::from_secs(1) / per_second.max(1);
        pace.due = Some(due);
        Ok(due.checked_sub(BURST).unwrap_or(now))
    }

    /// Leaves the registry alone for a while.
    pub(crate) fn pause(&self, registry: &str, wait: Duration, status: u16, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(registry.to_owned()).or_default().pause = Some((now + wait, status));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_worth_goes_at_once_and_the_rest_in_turn() {
        let (paces, start) = (Paces::default(), Instant::now());
        for _ in 0..30 {
            paces.turn("r", 10, Instant::now()).await.expect("a turn");
        }
        assert_eq!(start.elapsed().as_secs(), 2, "30 at 10 a second, 10 of them at once");
        paces.turn("other", 10, Instant::now()).await.expect("a turn");
    }

    #[tokio::test(start_paused = true)]
    async fn a_registry_that_asks_for_a_pause_is_left_alone() {
        let paces = Paces::default();
        paces.pause("r", Duration::from_secs(30), 429, Instant::now());
        let refused = paces.turn("r", 10, Instant::now()).await;
        assert!(matches!(refused, Err(Problem::Busy { status: 429, .. })), "{refused:?}");
        tokio::time::advance(Duration::from_secs(31)).await;
        paces.turn("r", 10, Instant::now()).await.expect("a turn");
    }
}
