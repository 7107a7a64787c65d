//! Tokens that are void before they expire.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Identities of tokens, each until it would have expired. Grows with sign-outs only, and forgets what has expired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revoked {
    until: BTreeMap<String, Timestamp>,
    queue: BTreeSet<(Timestamp, String)>,
}

impl Revoked {
    /// Voids a token until it would have expired.
    pub fn revoke(&mut self, id: &str, until: Timestamp) {
        if let Some(before) = self.until.insert(id.to_owned(), until) {
            self.queue.remove(&(before, id.to_owned()));
        }
        self.queue.insert((until, id.to_owned()));
    }

    /// Whether a token is void.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.until.contains_key(id)
    }

    /// Forgets what has expired by itself.
    pub fn forget(&mut self, now: Timestamp) {
        while let Some((until, id)) = self.queue.first().cloned() {
            if until > now {
                return;
            }
            self.queue.remove(&(until, id.clone()));
            self.until.remove(&id);
        }
    }

    /// Takes what another replica voided.
    pub fn merge(&mut self, other: Revoked) {
        for (id, until) in other.until {
            self.revoke(&id, until);
        }
    }

    /// How many are void.
    #[must_use]
    pub fn len(&self) -> usize {
        self.until.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_empty()
    }

    /// Written for a Secret: a line for each, its end and its identity.
    #[must_use]
    pub fn write(&self) -> String {
        self.queue.iter().map(|(until, id)| format!("{} {id}\n", until.as_second())).collect()
    }

    /// Read from a Secret; lines that are none are skipped.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut revoked = Revoked::default();
        for (until, id) in text.lines().filter_map(|line| line.split_once(' ')) {
            if let Some(until) = until.parse().ok().and_then(|second| Timestamp::from_second(second).ok()) {
                revoked.revoke(id, until);
            }
        }
        revoked
    }
}
