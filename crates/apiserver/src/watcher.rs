//! Following changes in process: a cursor into the store's recent past, so that a slow reader costs no memory and is
//! ended when what it has not read yet is forgotten.

use crate::group_resource::GroupResource;
use crate::store::{Event, Store, TooOld};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

/// Events taken from the store at a time.
const BATCH_MAX: usize = 256;

/// Follows one resource, or all of them.
#[derive(Debug)]
pub struct Watcher {
    store: Arc<Store>,
    resource: Option<GroupResource>,
    cursor: u64,
    pending: VecDeque<Arc<Event>>,
    changed: watch::Receiver<u64>,
}

impl Watcher {
    /// Follows the changes after `revision`.
    #[must_use]
    pub fn new(store: Arc<Store>, resource: Option<GroupResource>, revision: u64) -> Self {
        let changed = match &resource {
            Some(resource) => store.changes_of(resource),
            None => store.any_changes(),
        };
        Watcher { store, resource, cursor: revision, pending: VecDeque::new(), changed }
    }

    /// The next event; waits for one.
    ///
    /// # Errors
    /// When events that were not read yet are forgotten: list again and watch from there.
    pub async fn next(&mut self) -> Result<Arc<Event>, TooOld> {
        loop {
            if let Some(event) = self.try_next()? {
                return Ok(event);
            }
            // The sender lives in the store, which this watcher keeps alive.
            let _ = self.changed.changed().await;
        }
    }

    /// The next event if it has happened already.
    ///
    /// # Errors
    /// As [`Watcher::next`].
    pub fn try_next(&mut self) -> Result<Option<Arc<Event>>, TooOld> {
        if self.pending.is_empty() {
            self.changed.borrow_and_update();
            self.pending = self.store.events_after(self.resource.as_ref(), self.cursor, BATCH_MAX)?.into();
        }
        let event = self.pending.pop_front();
        if let Some(event) = &event {
            self.cursor = event.revision;
        }
        Ok(event)
    }

    /// The revision of the last event given out, or where the watch began.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cursor
    }
}
