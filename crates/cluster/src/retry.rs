//! How long to wait between tries: exponential, bounded, spread by chance.

use clock::Random;
use std::time::Duration;

/// Pauses that double from `first` up to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The pause after the first failure.
    pub first: Duration,
    /// The longest pause.
    pub most: Duration,
}

impl Backoff {
    /// The pause after `failures` failures in a row (1 or more), without jitter.
    #[must_use]
    pub fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.most)
    }

    /// The pause after `failures` failures, lengthened by up to a fifth so that many who failed together do not try
    /// again together.
    pub fn jittered(&self, failures: u32, random: &mut Random) -> Duration {
        let pause = self.pause(failures);
        let fifth = u64::try_from(pause.as_nanos() / 5).unwrap_or(u64::MAX);
        pause + Duration::from_nanos(random.below(fifth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(10) };

    #[test]
    fn pauses_double_up_to_the_bound() {
        let pauses: Vec<u128> = [1, 2, 3, 8, 100].map(|failures| BACKOFF.pause(failures).as_millis()).to_vec();
        assert_eq!(pauses, [100, 200, 400, 10_000, 10_000]);
    }

    #[test]
    fn jitter_adds_at_most_a_fifth() {
        let mut random = Random::seeded(1, "jitter");
        for _ in 0..100 {
            let pause = BACKOFF.jittered(1, &mut random);
            assert!(pause >= Duration::from_millis(100) && pause < Duration::from_millis(120), "{pause:?}");
        }
    }
}
