//! What is remembered of each application between passes. All of it can be lost at any time: it saves work and tells
//! news from old.

use crate::AppKey;
use api::{ApplicationSpec, HealthStatusCode, SyncStatusCode, Time};
use cluster::Served;
use compare::{Memo, Targets};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is remembered of one application. Clones share the notes.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What planning notes for the next pass.
    pub notes: Arc<Mutex<Notes>>,
    /// The desired objects made ready last, and what they were made of.
    pub prepared: Option<Prepared>,
    /// What of the Application is not implemented, and what it said then.
    pub unsupported: Option<(ApplicationSpec, Arc<Vec<String>>)>,
    /// What people were told of last.
    pub told: Option<Told>,
    /// What its operations took, those that ended since the process began.
    pub synced_for: SignedDuration,
    /// Resources in its namespace that nobody declares, where its project wants to be told.
    pub orphans: Option<usize>,
}

/// What planning notes for the next pass.
#[derive(Debug, Default)]
pub struct Notes {
    /// Verdicts of the last comparison.
    pub memo: Memo,
    /// What the last pass that left nothing to do was about.
    pub settled: Option<Settled>,
    /// When an operation last wrote an object: the operation's start, and the time.
    pub last_write: Option<(Time, Timestamp)>,
    /// Since when the cluster neither makes nor refuses an operation's writes: the operation's start, and the time.
    pub unanswered: Option<(Time, Timestamp)>,
}

/// Desired objects made ready.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The numbers of the contents they were made of, one a source.
    pub contents: Vec<u64>,
    /// What the Application said.
    pub spec: ApplicationSpec,
    /// The kinds the cluster served.
    pub served: Arc<Served>,
    /// They themselves.
    pub targets: Arc<Targets>,
}

/// What a pass that left nothing to do was about.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The numbers of the contents that were compared.
    pub contents: Vec<u64>,
    /// What the Application said. Its generation does not tell: it counts changes of the status too.
    pub spec: ApplicationSpec,
}

/// The statuses that were told of last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The sync status.
    pub sync: SyncStatusCode,
    /// The health.
    pub health: HealthStatusCode,
    /// When the last operation began, and when it ended.
    pub operation: Option<(Time, Option<Time>)>,
}

impl Told {
    /// How long the operation took that ended since `before`, where one did; what had ended when the process began
    /// does not count.
    #[must_use]
    pub fn ended_since(&self, before: Option<&Told>) -> SignedDuration {
        let ended = |told: &Told| told.operation.and_then(|(began, ended)| Some((began, ended?)));
        match (ended(self), before) {
            (Some((began, end)), Some(before)) if ended(before) != Some((began, end)) => {
                end.timestamp().duration_since(began.timestamp())
            }
            _ => SignedDuration::ZERO,
        }
    }
}

impl Memory {
    /// The notes.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is remembered of all applications.
#[derive(Debug, Default)]
pub struct Memories(Mutex<BTreeMap<AppKey, Memory>>);

impl Memories {
    /// What is remembered of `app`.
    pub fn get(&self, app: &AppKey) -> Memory {
        self.lock().entry(app.clone()).or_default().clone()
    }

    /// Changes what is remembered of `app`.
    pub fn update(&self, app: &AppKey, change: impl FnOnce(&mut Memory)) {
        change(self.lock().entry(app.clone()).or_default());
    }

    /// The application is gone.
    pub fn forget(&self, app: &AppKey) {
        self.lock().remove(app);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AppKey, Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
