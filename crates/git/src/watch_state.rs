//! What a watcher is told to do, and what it tells.

use crate::error::GitError;
use crate::refs::Refs;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How often a watcher asks.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// The usual pause between two listings; upstream's default.
    pub interval: Duration,
    /// The pause while somebody looks or something changed lately.
    pub interval_fast: Duration,
    /// How long looking, or a change, keeps the pauses short.
    pub fast_for: Duration,
    /// The pause between two looks at the files of a local repository.
    pub interval_local: Duration,
    /// Each usual pause is up to this much longer, by chance, so that repositories do not fall into step.
    pub jitter_max: Duration,
    /// The pause between the beginnings of two listings that somebody asks for: those who ask meanwhile share one.
    pub ask_pause: Duration,
    /// How many listings run at a time on one host.
    pub parallel_max: usize,
}

impl Default for WatchOptions {
    fn default() -> Self {
        WatchOptions {
            interval: Duration::from_secs(120),
            interval_fast: Duration::from_secs(2),
            fast_for: Duration::from_secs(60),
            interval_local: Duration::from_millis(250),
            jitter_max: Duration::from_secs(10),
            ask_pause: Duration::from_millis(50),
            parallel_max: 16,
        }
    }
}

/// What is known of a repository's refs.
#[derive(Debug, Clone, Default)]
pub struct RefState {
    /// The last listing that succeeded, however long ago.
    pub refs: Option<Arc<Refs>>,
    /// Why the latest attempt failed; `None` when it succeeded.
    pub failure: Option<Arc<Failure>>,
    /// How many attempts have ended. 0 means that nothing is known yet.
    pub attempts: u64,
}

/// A repository that cannot be listed at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The latest error.
    pub error: GitError,
    /// When the first of this row of failures happened.
    pub since: Timestamp,
    /// How many there were in this row.
    pub count: u32,
    /// When it is tried again, at the latest.
    pub next: Timestamp,
}
