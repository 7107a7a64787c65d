//! One at a time for each thing: whoever comes second waits, and then finds what the first one brought.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// Once so many are noted, those that nobody waits for any more are forgotten.
const NOTED_MAX: usize = 256;

#[derive(Default)]
pub(super) struct Flights {
    all: Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl Flights {
    /// Waits for one's turn, which ends when the guard is dropped.
    pub(super) async fn turn(&self, key: &str) -> OwnedMutexGuard<()> {
        self.lock_of(key).lock_owned().await
    }

    fn lock_of(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = all.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        if all.len() >= NOTED_MAX {
            all.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        all.insert(key.to_owned(), Arc::downgrade(&lock));
        lock
    }
}
