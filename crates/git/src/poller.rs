//! One repository's poller: when it asks, and what it tells.

use crate::error::{GitError, Problem, Retry};
use crate::refs::{RefScope, Refs};
use crate::remote::Remote;
use crate::source::{ChangeMark, GitSource};
use crate::watch_state::{Failure, RefState, WatchOptions};
use clock::{Clock, Random};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// What all pollers share.
pub(crate) struct Shared {
    pub(crate) source: Arc<dyn GitSource>,
    pub(crate) clock: Clock,
    pub(crate) options: WatchOptions,
    pub(crate) slots: Slots,
    pub(crate) pollers: Mutex<BTreeMap<Remote, Arc<Poller>>>,
}

/// Bounds how many listings run at a time on each host, so that a host that does not answer holds up no other. Local
/// repositories need no slot. As many hosts are remembered as there are among the repositories of this process.
pub(crate) struct Slots {
    each: usize,
    hosts: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Slots {
    pub(crate) fn new(each: usize) -> Self {
        Slots { each: each.max(1), hosts: Mutex::default() }
    }

    async fn take(&self, remote: &Remote) -> Option<OwnedSemaphorePermit> {
        let host = remote.url.host()?;
        let slots = Arc::clone(lock(&self.hosts).entry(host).or_insert_with(|| Arc::new(Semaphore::new(self.each))));
        slots.acquire_owned().await.ok()
    }
}

/// One repository's poller, as seen from outside.
pub(crate) struct Poller {
    pub(crate) remote: Remote,
    pub(crate) state: watch::Sender<RefState>,
    /// How many listings have ended.
    pub(crate) ended: watch::Sender<u64>,
    pub(crate) wake: Notify,
    pub(crate) demand: Mutex<Demand>,
}

/// What those who look at a repository want of its poller.
#[derive(Default)]
pub(crate) struct Demand {
    pub(crate) scope: RefScope,
    pub(crate) fast_until: Option<Instant>,
    pub(crate) refresh: bool,
    /// How many listings have begun.
    pub(crate) begun: u64,
}

/// What a poller remembers between two listings.
struct Progress {
    random: Random,
    mark: Option<ChangeMark>,
    began: Instant,
    last: Instant,
    next: Instant,
}

/// The life of one poller.
pub(crate) async fn poll(shared: Arc<Shared>, poller: Arc<Poller>) {
    let random = shared.clock.random(&format!("git refs {}", poller.remote.url.key()));
    let mut progress =
        Progress { random, mark: None, began: Instant::now(), last: Instant::now(), next: Instant::now() };
    loop {
        list(&shared, &poller, &mut progress).await;
        loop {
            if wait(&shared, &poller, &progress).await == Woken::Deserted {
                let mut pollers = lock(&shared.pollers);
                // Subscriptions are made under the same lock: none can slip in between.
                if poller.state.receiver_count() == 0 {
                    pollers.remove(&poller.remote);
                    return;
                }
            }
            if due(&shared, &poller, &progress) {
                break;
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Woken {
    Deserted,
    LookAgain,
}

/// Waits for the next moment at which it may be time to ask.
async fn wait(shared: &Shared, poller: &Poller, progress: &Progress) -> Woken {
    let local_tick = Instant::now() + shared.options.interval_local;
    let until = next_listing(shared, poller, progress);
    let until = if progress.mark.is_some() { until.min(local_tick) } else { until };
    tokio::select! {
        biased;
        () = poller.state.closed() => Woken::Deserted,
        () = poller.wake.notified() => Woken::LookAgain,
        () = tokio::time::sleep_until(until) => Woken::LookAgain,
    }
}

/// When the refs are listed next if nothing happens.
fn next_listing(shared: &Shared, poller: &Poller, progress: &Progress) -> Instant {
    let (fast_until, is_asked) = {
        let demand = lock(&poller.demand);
        (demand.fast_until, demand.refresh)
    };
    if is_asked {
        return progress.next.min(progress.began + shared.options.ask_pause);
    }
    let state = poller.state.borrow();
    // A failing repository is not asked faster because somebody looks, and a local one tells by its files.
    if state.failure.is_some() || progress.mark.is_some() || fast_until.is_none_or(|until| until < Instant::now()) {
        return progress.next;
    }
    progress.next.min(progress.last + shared.options.interval_fast)
}

fn due(shared: &Shared, poller: &Poller, progress: &Progress) -> bool {
    if Instant::now() >= next_listing(shared, poller, progress) {
        return true;
    }
    progress.mark.is_some() && shared.source.change_mark(&poller.remote) != progress.mark
}

/// Lists once and tells what came of it.
async fn list(shared: &Shared, poller: &Poller, progress: &mut Progress) {
    // Whoever asks while this waits for a slot is answered by this listing.
    let slot = shared.slots.take(&poller.remote).await;
    let scope = {
        let mut demand = lock(&poller.demand);
        demand.refresh = false;
        demand.begun += 1;
        demand.scope.clone()
    };
    progress.began = Instant::now();
    // Before the listing: a change in between is seen as one more change, not lost.
    progress.mark = shared.source.change_mark(&poller.remote);
    let listed = {
        let _slot = slot;
        AssertUnwindSafe(shared.source.list_refs(&poller.remote, &scope)).catch_unwind().await
    };
    let listed = listed.unwrap_or_else(|_| {
        Err(poller.remote.error(Problem::Store { detail: "listing its refs panicked; please report this".into() }))
    });
    let failed = poller.state.borrow().failure.clone();
    let pause = pause(&shared.options, failed.as_deref(), &listed, &mut progress.random);
    progress.last = Instant::now();
    progress.next = progress.last + pause;
    let next = shared.clock.now().checked_add(pause).unwrap_or(Timestamp::MAX);
    let moved = publish(poller, listed, shared.clock.now(), next);
    if moved {
        let mut demand = lock(&poller.demand);
        let until = Instant::now() + shared.options.fast_for;
        demand.fast_until = Some(demand.fast_until.map_or(until, |earlier| earlier.max(until)));
    }
    poller.ended.send_modify(|ended| *ended += 1);
}

/// The pause after a listing.
fn pause(
    options: &WatchOptions,
    failed: Option<&Failure>,
    listed: &Result<Refs, GitError>,
    random: &mut Random,
) -> Duration {
    let usual = options.interval;
    let pause = match listed.as_ref().map_err(GitError::retry) {
        Ok(_) | Err(Retry::WhenChanged) => usual,
        Err(Retry::After(wait)) => wait.max(options.interval_fast),
        Err(Retry::Backoff) => {
            let before = failed.map_or(0, |failed| failed.count).min(20);
            options.interval_fast.saturating_mul(1 << before).min(usual)
        }
    };
    // In proportion, so that short pauses stay short.
    let jitter_max = options.jitter_max.min(pause / 10);
    pause + Duration::from_millis(random.below(u64::try_from(jitter_max.as_millis()).unwrap_or(u64::MAX)))
}

/// Puts the outcome where subscribers see it; wakes them when it tells anything new. Gives whether refs moved.
fn publish(poller: &Poller, listed: Result<Refs, GitError>, now: Timestamp, next: Timestamp) -> bool {
    let mut moved = false;
    poller.state.send_if_modified(|state| {
        let first = state.attempts == 0;
        state.attempts += 1;
        match listed {
            Ok(refs) => {
                let recovered = state.failure.take().is_some();
                let same = state.refs.as_deref() == Some(&refs);
                moved = !same && !first;
                if !same {
                    state.refs = Some(Arc::new(refs));
                }
                !same || recovered
            }
            Err(error) => {
                let before = state.failure.take();
                let same = before.as_ref().is_some_and(|before| before.error == error);
                let (since, count) = before.map_or((now, 0), |before| (before.since, before.count));
                state.failure = Some(Arc::new(Failure { error, since, count: count.saturating_add(1), next }));
                !same
            }
        }
    });
    moved
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
