//! What is known of signatures: an answer for each commit, demand and keyring.

use super::seen::SourceFailure;
use crate::AppKey;
use crate::integrity::Demand;
use git::{Oid, Remote};
use jiff::Timestamp;
use signatures::Keyring;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many answers are remembered; beyond that all are found anew.
pub(super) const ANSWERS_MAX: usize = 20_000;

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub(super) remote: Remote,
    pub(super) commit: Oid,
    pub(super) tag: Option<(String, Oid)>,
    pub(super) demand: Demand,
}

/// What the signatures of a source are worth.
#[derive(Debug, Clone)]
pub enum Signatures {
    /// Not known yet; the application is told.
    Pending,
    /// What is wrong with them; nothing, where they are as demanded.
    Known(Arc<Vec<String>>),
    /// They cannot be read.
    Failed(SourceFailure),
}

#[derive(Debug)]
pub(super) enum Answer {
    UnderWay(BTreeSet<AppKey>),
    Known { problems: Arc<Vec<String>>, until: Option<i64> },
    Failed(SourceFailure),
}

/// All answers, and the keys they were found with.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) keyring: Arc<Keyring>,
    pub(super) known: BTreeMap<Subject, Answer>,
    /// How often the keyring changed.
    pub(super) turn: u64,
}

impl Answers {
    pub(super) fn standing(&mut self, subject: &Subject, app: &AppKey, now: Timestamp) -> Option<Signatures> {
        match self.known.get_mut(subject)? {
            Answer::UnderWay(waiting) => {
                waiting.insert(app.clone());
                Some(Signatures::Pending)
            }
            Answer::Known { until, .. } if until.is_some_and(|until| until <= now.as_second()) => None,
            Answer::Known { problems, .. } => Some(Signatures::Known(Arc::clone(problems))),
            Answer::Failed(failure) if failure.retry.is_some_and(|retry| retry <= now) => None,
            Answer::Failed(failure) => Some(Signatures::Failed(failure.clone())),
        }
    }
}
