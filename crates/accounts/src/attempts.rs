//! How often a password may be guessed.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Upstream's own limits, which its variables change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimits {
    /// Failures after which a name is locked (`ARGOCD_SESSION_FAILURE_MAX_FAIL_COUNT`).
    pub failures_max: u32,
    /// For how long after the last one, in seconds; 0 for ever (`ARGOCD_SESSION_FAILURE_WINDOW_SECONDS`).
    pub window_seconds: u32,
    /// Names that are remembered (`ARGOCD_SESSION_MAX_CACHE_SIZE`).
    pub names_max: usize,
    /// Sign-ins that are worked on at the same time (`ARGOCD_MAX_CONCURRENT_LOGIN_REQUESTS_COUNT`).
    pub concurrent_max: usize,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        AttemptLimits { failures_max: 5, window_seconds: 300, names_max: 10_000, concurrent_max: 50 }
    }
}

impl AttemptLimits {
    /// The limits as the variables give them; one that is no number, or none that makes sense, changes nothing.
    #[must_use]
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name: &str, least: u32| {
            get(name).and_then(|text| text.trim().parse::<u32>().ok()).filter(|number| *number >= least)
        };
        let default = AttemptLimits::default();
        AttemptLimits {
            failures_max: number("ARGOCD_SESSION_FAILURE_MAX_FAIL_COUNT", 1).unwrap_or(default.failures_max),
            window_seconds: number("ARGOCD_SESSION_FAILURE_WINDOW_SECONDS", 0).unwrap_or(default.window_seconds),
            names_max: number("ARGOCD_SESSION_MAX_CACHE_SIZE", 1).map_or(default.names_max, |max| max as usize),
            concurrent_max: number("ARGOCD_MAX_CONCURRENT_LOGIN_REQUESTS_COUNT", 1)
                .map_or(default.concurrent_max, |max| max as usize),
        }
    }
}

/// Failures by name.
///
/// A flood of other names cannot make it forget: those that have an account are never dropped, and of the rest the one
/// whose last failure is longest ago goes first.
#[derive(Debug, Clone)]
pub struct Attempts {
    limits: AttemptLimits,
    failures: BTreeMap<String, Failures>,
    oldest: BTreeSet<(Timestamp, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    known: Known,
}

/// Whether a name has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It has.
    Account,
    /// It has none.
    Nobody,
}

impl Attempts {
    /// Nobody failed yet.
    #[must_use]
    pub fn new(limits: AttemptLimits) -> Self {
        Attempts { limits, failures: BTreeMap::new(), oldest: BTreeSet::new() }
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> AttemptLimits {
        self.limits
    }

    /// Whether the name may not try now, whatever its password.
    #[must_use]
    pub fn is_locked(&self, name: &str, now: Timestamp) -> bool {
        self.failures
            .get(name)
            .is_some_and(|failures| failures.count >= self.limits.failures_max && !self.is_past(failures.last, now))
    }

    /// The password was wrong.
    pub fn failed(&mut self, name: &str, known: Known, now: Timestamp) {
        self.forget_past(now);
        let before = self.failures.get(name).copied();
        if before.is_none() && self.failures.len() >= self.limits.names_max {
            self.forget_one(known);
        }
        if before.is_none() && self.failures.len() >= self.limits.names_max {
            return;
        }
        let count = before.map_or(0, |failures| failures.count).saturating_add(1);
        if let Some(before) = before {
            self.oldest.remove(&(before.last, name.to_owned()));
        }
        self.failures.insert(name.to_owned(), Failures { count, last: now, known });
        self.oldest.insert((now, name.to_owned()));
    }

    /// The password was right.
    pub fn succeeded(&mut self, name: &str) {
        if let Some(failures) = self.failures.remove(name) {
            self.oldest.remove(&(failures.last, name.to_owned()));
        }
    }

    /// How many names are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.failures.len()
    }

    /// Whether nobody failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    fn is_past(&self, last: Timestamp, now: Timestamp) -> bool {
        let window = SignedDuration::from_secs(i64::from(self.limits.window_seconds));
        self.limits.window_seconds != 0 && now.duration_since(last) > window
    }

    fn forget_past(&mut self, now: Timestamp) {
        while let Some((last, name)) = self.oldest.first().cloned() {
            if !self.is_past(last, now) {
                return;
            }
            self.oldest.remove(&(last, name.clone()));
            self.failures.remove(&name);
        }
    }

    /// Makes room: of the names without an account the oldest; for an account's sake at last the oldest of all.
    fn forget_one(&mut self, newcomer: Known) {
        let is_nobody = |name: &str| self.failures.get(name).is_some_and(|failures| failures.known == Known::Nobody);
        let of_nobody = self.oldest.iter().find(|(_, name)| is_nobody(name)).cloned();
        let found = of_nobody.or_else(|| self.oldest.first().filter(|_| newcomer == Known::Account).cloned());
        if let Some(entry) = found {
            self.failures.remove(&entry.1);
            self.oldest.remove(&entry);
        }
    }
}
