//! What need not be compared again: an unchanged live object against an unchanged desired one by unchanged rules.

use crate::compare::Verdict;
use crate::rules::RuleSettings;
use object::{Key, Object};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Verdicts of one application's last comparison. Keeps digests and verdicts, not objects: some 200 bytes a resource.
#[derive(Debug, Clone, Default)]
pub struct Memo {
    settings: Option<RuleSettings>,
    verdicts: BTreeMap<Key, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    state: State,
    verdict: Verdict,
}

/// What a verdict depends on besides the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    desired: [u8; 16],
    uid: Box<str>,
    resource_version: Box<str>,
}

impl State {
    /// The state of a pair; `None` when the live object carries no version to recognise it by.
    #[must_use]
    pub(crate) fn of(desired: &Object, live: &Object) -> Option<Self> {
        let meta = live.meta();
        if meta.uid.is_empty() || meta.resource_version.is_empty() {
            return None;
        }
        let digest = Sha256::digest(desired.raw());
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Some(State { desired: half, uid: meta.uid.clone(), resource_version: meta.resource_version.clone() })
    }
}

impl Memo {
    /// Forgets everything when the rules changed since the last call.
    pub(crate) fn begin(&mut self, settings: &RuleSettings) {
        if self.settings.as_ref() != Some(settings) {
            self.settings = Some(settings.clone());
            self.verdicts.clear();
        }
    }

    /// Whether the verdict on this pair is remembered, by these rules.
    #[must_use]
    pub fn knows(&self, settings: &RuleSettings, key: &Key, desired: &Object, live: &Object) -> bool {
        let state = State::of(desired, live).filter(|_| self.settings.as_ref() == Some(settings));
        state.is_some_and(|state| self.recall(key, &state).is_some())
    }

    pub(crate) fn recall(&self, key: &Key, state: &State) -> Option<&Verdict> {
        self.verdicts.get(key).filter(|entry| entry.state == *state).map(|entry| &entry.verdict)
    }

    /// Remembers exactly the given verdicts, so that what is no longer compared takes no room.
    pub(crate) fn remember(&mut self, verdicts: impl IntoIterator<Item = (Key, State, Verdict)>) {
        let entries = verdicts.into_iter().map(|(key, state, verdict)| (key, Entry { state, verdict }));
        self.verdicts = entries.collect();
    }
}
