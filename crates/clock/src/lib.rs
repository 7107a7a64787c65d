//! Time, chance and blocking work, handed in as values. This is the one crate that reads the machine's clock and
//! entropy; `clippy.toml` bans the direct calls everywhere else.
//!
//! With [`Clock::simulated`] on Tokio's paused clock, wall time follows Tokio's virtual time and every random stream
//! follows from one seed, so that the same seed replays the same run.

mod offload;
mod random;

pub use offload::Offload;
pub use random::Random;

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Reads the time and opens random streams. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System { entropy: u64 },
    Simulated { start: Timestamp, origin: tokio::time::Instant, seed: u64 },
}

impl Clock {
    /// The machine's own clock and entropy.
    #[must_use]
    pub fn system() -> Self {
        Clock(Arc::new(Source::System { entropy: random::entropy() }))
    }

    /// A clock that starts at `start` and moves with Tokio's clock, paused or not; all randomness follows from `seed`.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn simulated(start: Timestamp, seed: u64) -> Self {
        Clock(Arc::new(Source::Simulated { start, origin: tokio::time::Instant::now(), seed }))
    }

    /// The wall-clock time. May jump on a real machine; never compare two of them to measure a duration.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
            Source::System { .. } => Timestamp::now(),
            Source::Simulated { start, origin, .. } => {
                let elapsed = SignedDuration::try_from(origin.elapsed()).unwrap_or(SignedDuration::MAX);
                start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Monotonic time: what timers and durations are made of. Follows Tokio's clock in both modes.
    #[must_use]
    pub fn monotonic(&self) -> tokio::time::Instant {
        tokio::time::Instant::now()
    }

    /// The random stream of that name. Under a simulated clock the same seed and name give the same numbers, whatever
    /// other streams are read in between.
    #[must_use]
    pub fn random(&self, name: &str) -> Random {
        match &*self.0 {
            Source::System { entropy } => Random::seeded(*entropy ^ random::entropy(), name),
            Source::Simulated { seed, .. } => Random::seeded(*seed, name),
        }
    }

    /// Whether this is a simulation, in which blocking work runs in place and nothing may use threads of its own.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        matches!(&*self.0, Source::Simulated { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn simulated_time_moves_with_tokios_clock_only() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let clock = Clock::simulated(start, 7);
        assert_eq!(clock.now(), start);
        tokio::time::advance(Duration::from_secs(86_400)).await;
        assert_eq!(clock.now().to_string(), "2026-01-02T00:00:00Z");
    }

    #[tokio::test(start_paused = true)]
    async fn streams_repeat_by_seed_and_differ_by_name() {
        let draw = |seed, name: &str| Clock::simulated(Timestamp::UNIX_EPOCH, seed).random(name).next_u64();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }
}
