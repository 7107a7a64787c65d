//! Counters, readable as values. Whoever serves pages turns them into an exposition format.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Counts by counter and controller. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<(Counter, &'static str), u64>>>);

impl Metrics {
    /// Counts one more.
    pub fn count(&self, counter: Counter, controller: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((counter, controller)).or_default() += 1;
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
