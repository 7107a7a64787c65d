//! Counters, readable as values. Whoever serves pages turns them into an exposition format.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is counted. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Passes over a key.
    Passes,
    /// Passes that ended in a failure.
    Failures,
    /// Passes that panicked.
    Panics,
    /// Passes put off because the cache had not seen our own last write.
    StaleReads,
    /// Passes that ended because a guard was refused.
    Refusals,
    /// Passes that may not act because another replica holds the lease.
    Standby,
    /// Writes made.
    Writes,
    /// Writes that failed.
    WriteFailures,
    /// Events told.
    Events,
    /// Events not told: too many, or the server refused them.
    EventsDropped,
}

impl Counter {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Counter::Passes => "passes",
            Counter::Failures => "failures",
            Counter::Panics => "panics",
            Counter::StaleReads => "stale_reads",
            Counter::Refusals => "refusals",
            Counter::Standby => "standby",
            Counter::Writes => "writes",
            Counter::WriteFailures => "write_failures",
            Counter::Events => "events",
            Counter::EventsDropped => "events_dropped",
        }
    }
}

/// The bounds, in seconds, below which passes are counted: upstream's.
pub const PASS_BUCKETS: [f64; 5] = [0.01, 0.15, 0.25, 0.5, 1.0];

/// Of how many keys passes are told apart. More objects than one controller has; beyond, none is added.
const KEYS_MAX: usize = 50_000;

/// The passes over one key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Passes {
    /// How many took at most so long as the bound in [`PASS_BUCKETS`] at the same place.
    pub within: [u64; PASS_BUCKETS.len()],
    /// How many there were.
    pub count: u64,
    /// What they took together.
    pub seconds: f64,
    /// How many failed.
    pub failed: u64,
}

/// Counts by counter and controller, and passes by key. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<(Counter, &'static str), u64>>>, Arc<Mutex<PassesByKey>>);

type PassesByKey = BTreeMap<(&'static str, Box<str>), Passes>;

impl Metrics {
    /// Counts one more.
    pub fn count(&self, counter: Counter, controller: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((counter, controller)).or_default() += 1;
    }

    /// Counts a pass over a key.
    pub fn passed(&self, controller: &'static str, key: &str, took: Duration, failed: u64) {
        let mut passes = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (controller, Box::from(key));
        if !passes.contains_key(&at) && passes.len() >= KEYS_MAX {
            return;
        }
        let entry = passes.entry(at).or_default();
        let seconds = took.as_secs_f64();
        let within = entry.within.iter_mut().zip(PASS_BUCKETS).filter(|(_, bound)| seconds <= *bound);
        within.for_each(|(count, _)| *count += 1);
        entry.count += 1;
        entry.seconds += seconds;
        entry.failed += failed;
    }

    /// The passes over a key.
    #[must_use]
    pub fn passes(&self, controller: &'static str, key: &str) -> Passes {
        let passes = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(&(controller, Box::from(key))).cloned().unwrap_or_default()
    }

    /// How many were counted.
    #[must_use]
    pub fn get(&self, counter: Counter, controller: &'static str) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(counter, controller)).copied().unwrap_or_default()
    }

    /// All counts, sorted by counter and controller.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Counter, &'static str, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((counter, controller), count)| (*counter, *controller, *count)).collect()
    }
}
