//! Applications that wait to be refreshed: however many pushes come, each waits once.
//!
//! Memory is bounded by the number of applications, and no push is lost: a refresh looks for the newest commit when it
//! begins, and a push that comes after it began makes the application wait again.

use crate::index::Concern;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How fast the waiting go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// An application goes at most once in so long.
    pub interval: Duration,
    /// So many of one push go at once; each further one is put off by chance, up to `jitter`.
    pub threshold: usize,
    /// How long one may be put off (`webhook.refresh.jitter`); zero: none is.
    pub jitter: Duration,
}

impl Default for Pace {
    /// Once a second each; nothing put off, upstream's default.
    fn default() -> Self {
        Pace { interval: Duration::from_secs(1), threshold: 10, jitter: Duration::ZERO }
    }
}

/// The waiting applications. Times are since a moment of the caller's choice and never go back.
#[derive(Debug, Clone)]
pub struct Waiting<K> {
    pace: Pace,
    /// When each may go, and why it waits.
    waiting: BTreeMap<K, (Duration, Concern)>,
    queue: BTreeSet<(Duration, K)>,
    /// When each last went, for as long as that holds it back.
    went: BTreeMap<K, Duration>,
}

impl<K: Ord + Clone> Waiting<K> {
    /// Nobody waits.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Waiting { pace, waiting: BTreeMap::new(), queue: BTreeSet::new(), went: BTreeMap::new() }
    }

    /// From now on the waiting go as fast as this; whoever waits already keeps the time.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The applications that one push concerns begin to wait. `chance` gives numbers in `0..1`.
    pub fn add(&mut self, now: Duration, concerned: BTreeMap<K, Concern>, mut chance: impl FnMut() -> f64) {
        for (index, (application, concern)) in concerned.into_iter().enumerate() {
            let jitter = if index < self.pace.threshold {
                Duration::ZERO
            } else {
                self.pace.jitter.mul_f64(chance().clamp(0.0, 1.0))
            };
            let rested = self.went.get(&application).map_or(now, |went| (*went + self.pace.interval).max(now));
            self.wait(application, rested + jitter, concern);
        }
    }

    /// Whoever waits already keeps the earlier time and the weightier reason.
    fn wait(&mut self, application: K, due: Duration, concern: Concern) {
        let (due, concern) = match self.waiting.get(&application) {
            Some((earlier, reason)) => {
                self.queue.remove(&(*earlier, application.clone()));
                (due.min(*earlier), concern.max(*reason))
            }
            None => (due, concern),
        };
        self.queue.insert((due, application.clone()));
        self.waiting.insert(application, (due, concern));
    }

    /// Takes at most `most` of those whose time has come, the longest due first. Call it right before they are refreshed.
    pub fn take(&mut self, now: Duration, most: usize) -> Vec<(K, Concern)> {
        let mut taken = Vec::new();
        while taken.len() < most && self.queue.first().is_some_and(|(due, _)| *due <= now) {
            let Some((_, application)) = self.queue.pop_first() else { break };
            let concern = self.waiting.remove(&application).map_or(Concern::Refresh, |(_, concern)| concern);
            self.went.insert(application.clone(), now);
            taken.push((application, concern));
        }
        let interval = self.pace.interval;
        self.went.retain(|_, went| *went + interval > now);
        taken
    }

    /// When the next one may go; `None` if nobody waits.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
