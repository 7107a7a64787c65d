//! One change of an application, written down once for all who follow.

use super::entry::Entry;
use bytes::Bytes;
use std::sync::{Arc, OnceLock};

/// What happened to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It appeared.
    Added,
    /// It changed.
    Modified,
    /// It went.
    Deleted,
}

impl Event {
    /// Kubernetes' word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Event::Added => "ADDED",
            Event::Modified => "MODIFIED",
            Event::Deleted => "DELETED",
        }
    }
}

/// One change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct News {
    /// What happened.
    pub event: Event,
    /// To which application: as it is now, or was last.
    pub entry: Arc<Entry>,
    line: Arc<OnceLock<Bytes>>,
}

impl News {
    /// That happened to it.
    #[must_use]
    pub fn new(event: Event, entry: Arc<Entry>) -> Self {
        News { event, entry, line: Arc::default() }
    }

    /// The line that tells of it.
    #[must_use]
    pub fn line(&self) -> Bytes {
        self.line.get_or_init(|| self.entry.line(self.event.word())).clone()
    }
}
