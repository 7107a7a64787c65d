//! How much memory lists and maps hold. They are made where no budget is at hand, so the count is kept beside them: one
//! for each thread, since a render stays on one. What a [`crate::Run`] has added to it is held against its limit.

use budget::{Budget, Exceeded};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

/// How many times the bytes held at once go into the bytes that may be made in all.
const SHARE: u64 = 2;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    /// What was held when the run began.
    static BEGUN: Cell<i64> = const { Cell::new(0) };
}

/// What one list or map holds; counted until it is dropped.
pub(crate) struct Held(AtomicI64);

impl Held {
    /// Counts `bytes`.
    pub(crate) fn of(bytes: usize) -> Self {
        let held = Held(AtomicI64::new(0));
        held.grow(bytes as i64);
        held
    }

    /// Counts so many bytes more, or less.
    pub(crate) fn grow(&self, bytes: i64) {
        if bytes != 0 {
            self.0.fetch_add(bytes, Ordering::Relaxed);
            count(bytes);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        count(-*self.0.get_mut());
    }
}

fn count(bytes: i64) {
    // A thread that is ending counts nothing any more.
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_add(bytes)));
}

/// From here on a run is charged.
pub(crate) fn begin() {
    BEGUN.set(HELD.get());
}

/// Whether what the run holds, and `more` bytes, are within its limit.
pub(crate) fn check(budget: &Budget, more: usize) -> Result<(), Exceeded> {
    let held = HELD.get().wrapping_sub(BEGUN.get()).max(0) as u64;
    let allowed = budget.limits().bytes / SHARE;
    if held.saturating_add(more as u64) > allowed { Err(Exceeded::Bytes(budget.limits().bytes)) } else { Ok(()) }
}
