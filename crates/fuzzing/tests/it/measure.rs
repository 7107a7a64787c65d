//! How much memory something takes at its peak. It counts for the whole process, so whoever measures is alone.

use peak_alloc::PeakAlloc;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static ALONE: RwLock<()> = RwLock::new(());

/// Keeps measuring away while it is held.
pub fn beside_others() -> RwLockReadGuard<'static, ()> {
    ALONE.read().unwrap_or_else(PoisonError::into_inner)
}

/// What `work` gives, and the bytes that it had allocated at its peak beyond what was there before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let outcome = work();
    (outcome, MEMORY.peak_usage().saturating_sub(before))
}
