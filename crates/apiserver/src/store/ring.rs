//! The recent past of one resource: bounded, so that a watcher that is too slow or comes too late must list again.

use super::event::Event;
use std::collections::VecDeque;
use std::sync::Arc;

/// Events kept at most for each resource: enough for a client that reconnects after a burst of a whole test.
pub const EVENTS_MAX: usize = 10_000;

/// Bytes of objects that the events of one resource keep alive at most.
pub const EVENT_BYTES_MAX: usize = 32 << 20;

/// The revision asked for is older than what is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOld {
    /// Events after this revision are still known.
    pub oldest: u64,
}

/// Recent events in order of their revisions.
#[derive(Debug)]
pub struct Ring {
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    floor: u64,
}

impl Ring {
    /// A ring that knows everything after `floor`, which is nothing yet.
    #[must_use]
    pub fn new(floor: u64) -> Self {
        Ring { events: VecDeque::new(), bytes: 0, floor }
    }

    /// Remembers an event and forgets the oldest ones beyond the bounds.
    pub fn push(&mut self, event: Arc<Event>) {
        self.bytes += event.object.raw().len();
        self.events.push_back(event);
        while self.events.len() > EVENTS_MAX || (self.bytes > EVENT_BYTES_MAX && self.events.len() > 1) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= oldest.object.raw().len();
            self.floor = oldest.revision;
        }
    }

    /// Forgets everything up to `revision`, as a compaction does.
    pub fn compact(&mut self, revision: u64) {
        while self.events.front().is_some_and(|event| event.revision <= revision) {
            self.forget_oldest();
        }
        self.floor = self.floor.max(revision);
    }

    /// The events after `revision`, oldest first.
    ///
    /// # Errors
    /// When some of them are forgotten.
    pub fn after(&self, revision: u64) -> Result<impl DoubleEndedIterator<Item = &Arc<Event>>, TooOld> {
        if revision < self.floor {
            return Err(TooOld { oldest: self.floor });
        }
        let start = self.events.partition_point(|event| event.revision <= revision);
        Ok(self.events.range(start..))
    }
}
