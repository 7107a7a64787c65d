//! The parts of a sync.

use std::fmt;

/// The part of a sync an object belongs to, in the order they run. `SyncFail` runs only when another part failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before anything else.
    PreSync,
    /// The application's own objects, and hooks beside them.
    Sync,
    /// After all objects are healthy.
    PostSync,
    /// After a failure.
    SyncFail,
}

impl Phase {
    /// Upstream's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::PreSync => "PreSync",
            Phase::Sync => "Sync",
            Phase::PostSync => "PostSync",
            Phase::SyncFail => "SyncFail",
        }
    }

    /// The phase with this word, `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Phase::PreSync, Phase::Sync, Phase::PostSync, Phase::SyncFail].into_iter().find(|phase| phase.as_str() == word)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
