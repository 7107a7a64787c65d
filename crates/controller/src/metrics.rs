//! Counters, readable as values. Whoever serves pages turns them into an exposition format.

use crate::{Event, Severity};
use std::collections::{BTreeMap, BTreeSet};
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

/// The bounds, in seconds, below which passes are counted: upstream's, the first five those of Rollouts, the last seven
/// those of Applications.
pub const PASS_BUCKETS: [f64; 9] = [0.01, 0.15, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

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

/// How often one controller told one thing of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The object's kind.
    pub kind: Arc<str>,
    /// Its namespace; empty for none.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Whether it is a warning.
    pub severity: Severity,
    /// The reason.
    pub reason: Arc<str>,
    /// How often.
    pub count: u64,
}

/// Counts by counter and controller, passes by key, and events by object. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    counts: Arc<Mutex<BTreeMap<(Counter, &'static str), u64>>>,
    passes: Arc<Mutex<PassesByKey>>,
    events: Arc<Mutex<Events>>,
}

type PassesByKey = BTreeMap<(&'static str, Box<str>), Passes>;

/// An object that events are about: who tells, kind, namespace, name.
type Regarding = (&'static str, Arc<str>, Box<str>, Box<str>);

/// Events by object. Kinds and reasons are few, and held once.
#[derive(Debug, Default)]
struct Events {
    words: BTreeSet<Arc<str>>,
    told: BTreeMap<Regarding, Vec<(Severity, Arc<str>, u64)>>,
}

impl Events {
    fn word(&mut self, word: &str) -> Arc<str> {
        let known = self.words.get(word).map(Arc::clone);
        known.unwrap_or_else(|| {
            let word: Arc<str> = word.into();
            self.words.insert(Arc::clone(&word));
            word
        })
    }
}

impl Metrics {
    /// Counts one more.
    pub fn count(&self, counter: Counter, controller: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((counter, controller)).or_default() += 1;
    }

    /// Counts a pass over a key.
    pub fn passed(&self, controller: &'static str, key: &str, took: Duration, failed: u64) {
        let mut passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
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
        let passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(&(controller, Box::from(key))).cloned().unwrap_or_default()
    }

    /// Counts an event.
    pub fn told(&self, controller: &'static str, event: &Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let (kind, reason) = (events.word(&event.regarding.gvk.kind), events.word(&event.reason));
        let namespace = event.regarding.namespace.clone().unwrap_or_default();
        let at = (controller, kind, namespace, event.regarding.name.clone());
        if !events.told.contains_key(&at) && events.told.len() >= KEYS_MAX {
            return;
        }
        let told = events.told.entry(at).or_default();
        match told.iter_mut().find(|(severity, known, _)| *severity == event.severity && *known == reason) {
            Some((_, _, count)) => *count += 1,
            None => told.push((event.severity, reason, 1)),
        }
    }

    /// What a controller told of each object, and how often.
    #[must_use]
    pub fn events(&self, controller: &'static str) -> Vec<Told> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::new();
        for ((teller, kind, namespace, name), told) in &events.told {
            if *teller != controller {
                continue;
            }
            all.extend(told.iter().map(|(severity, reason, count)| Told {
                kind: Arc::clone(kind),
                namespace: namespace.clone(),
                name: name.clone(),
                severity: *severity,
                reason: Arc::clone(reason),
                count: *count,
            }));
        }
        all
    }

    /// How many were counted.
    #[must_use]
    pub fn get(&self, counter: Counter, controller: &'static str) -> u64 {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(counter, controller))
            .copied()
            .unwrap_or_default()
    }

    /// All counts, sorted by counter and controller.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Counter, &'static str, u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((counter, controller), count)| (*counter, *controller, *count)).collect()
    }
}
