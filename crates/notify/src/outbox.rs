//! Deliveries of this process: under way, made, or to be tried again.

use crate::key::ObjectKey;
use cluster::Backoff;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Pauses after failures in a row: upstream looks again every minute; here the first tries come sooner.
const FAILURES: Backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(180) };

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is under way.
    Sending,
    /// It was made, or is never to be made.
    Settled {
        /// When.
        at: Timestamp,
    },
    /// It failed.
    Failed {
        /// Why.
        cause: String,
        /// When it is tried again.
        next: Timestamp,
    },
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was delivered.
    Delivered,
    /// The service wants no more of this one: as good as delivered.
    Dropped,
    /// It failed.
    Failed {
        /// Why.
        cause: String,
        /// How long the service asks to be left alone.
        after: Option<Duration>,
    },
}

/// Deliveries by object and key.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<BTreeMap<ObjectKey, BTreeMap<String, Entry>>>);

#[derive(Debug, Clone)]
struct Entry {
    standing: Standing,
    failures: u32,
}

impl Outbox {
    /// How an object's deliveries stand.
    pub(crate) fn read(&self, key: &ObjectKey) -> BTreeMap<String, Standing> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = all.get(key).into_iter().flatten();
        entries.map(|(item, entry)| (item.clone(), entry.standing.clone())).collect()
    }

    /// A try begins; false when one is under way or was made.
    pub(crate) fn begin(&self, key: &ObjectKey, item: &str) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = all.entry(key.clone()).or_default();
        let entry = entries.entry(item.to_owned()).or_insert(Entry {
            standing: Standing::Failed { cause: String::new(), next: Timestamp::MIN },
            failures: 0,
        });
        let may_begin = matches!(entry.standing, Standing::Failed { .. });
        if may_begin {
            entry.standing = Standing::Sending;
        }
        may_begin
    }

    /// A try ended.
    pub(crate) fn end(&self, key: &ObjectKey, item: &str, outcome: Outcome, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What was forgotten meanwhile stays so.
        let Some(entry) = all.get_mut(key).and_then(|entries| entries.get_mut(item)) else { return };
        entry.standing = match outcome {
            Outcome::Delivered | Outcome::Dropped => Standing::Settled { at: now },
            Outcome::Failed { cause, after } => {
                entry.failures = entry.failures.saturating_add(1);
                let pause = after.unwrap_or_default().max(FAILURES.pause(entry.failures));
                let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
                Standing::Failed { cause, next: now.checked_add(pause).unwrap_or(Timestamp::MAX) }
            }
        };
    }

    /// Keeps those that are under way and those that are wanted.
    pub(crate) fn retain(&self, key: &ObjectKey, is_wanted: impl Fn(&str) -> bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entries) = all.get_mut(key) {
            entries.retain(|item, entry| entry.standing == Standing::Sending || is_wanted(item));
            if entries.is_empty() {
                all.remove(key);
            }
        }
    }

    /// The object is gone.
    pub(crate) fn forget(&self, key: &ObjectKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// The configuration changed: what failed is tried again at once.
    pub(crate) fn try_again(&self) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in all.values_mut().flat_map(BTreeMap::values_mut) {
            if let Standing::Failed { next, .. } = &mut entry.standing {
                *next = Timestamp::MIN;
                entry.failures = 0;
            }
        }
    }
}
