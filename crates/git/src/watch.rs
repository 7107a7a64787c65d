//! One poller per repository, for all who look at it.
//!
//! A poller starts with the first subscription and ends with the last. It asks every two minutes, every two seconds
//! while somebody looks or something changed lately, and after growing pauses when the repository fails. For local
//! repositories it looks at file status four times a second and asks only when that changed.

use crate::error::{GitError, Problem, Retry};
use crate::refs::{RefScope, Refs};
use crate::remote::Remote;
use crate::source::{ChangeMark, GitSource};
use clock::{Clock, Random};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

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
    /// How many listings run at a time.
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

/// Polls repositories. Cheap to clone; clones share all pollers.
#[derive(Clone)]
pub struct RefWatcher(Arc<Shared>);

struct Shared {
    source: Arc<dyn GitSource>,
    clock: Clock,
    options: WatchOptions,
    slots: Semaphore,
    pollers: Mutex<BTreeMap<Remote, Arc<Poller>>>,
}

struct Poller {
    remote: Remote,
    state: watch::Sender<RefState>,
    /// How many listings have ended.
    ended: watch::Sender<u64>,
    wake: Notify,
    demand: Mutex<Demand>,
}

/// What those who look at a repository want of its poller.
#[derive(Default)]
struct Demand {
    scope: RefScope,
    fast_until: Option<Instant>,
    refresh: bool,
    /// How many listings have begun.
    begun: u64,
}

/// A look at one repository's refs, kept current as long as this lives.
#[derive(Clone)]
pub struct RefSubscription {
    poller: Arc<Poller>,
    receiver: watch::Receiver<RefState>,
    fast_for: Duration,
}

impl RefWatcher {
    /// A watcher that asks `source`, with nothing to watch yet.
    #[must_use]
    pub fn new(source: Arc<dyn GitSource>, clock: Clock, options: WatchOptions) -> Self {
        let slots = Semaphore::new(options.parallel_max.max(1));
        RefWatcher(Arc::new(Shared { source, clock, options, slots, pollers: Mutex::default() }))
    }

    /// Starts watching, or joins those who do. The first listing begins at once.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn subscribe(&self, remote: &Remote) -> RefSubscription {
        let mut pollers = lock(&self.0.pollers);
        let poller = pollers.get(remote).cloned().unwrap_or_else(|| {
            let poller = Arc::new(Poller {
                remote: remote.clone(),
                state: watch::Sender::new(RefState::default()),
                ended: watch::Sender::new(0),
                wake: Notify::new(),
                demand: Mutex::default(),
            });
            pollers.insert(remote.clone(), Arc::clone(&poller));
            tokio::spawn(poll(Arc::clone(&self.0), Arc::clone(&poller)));
            poller
        });
        let receiver = poller.state.subscribe();
        RefSubscription { poller, receiver, fast_for: self.0.options.fast_for }
    }

    /// How many repositories are being watched.
    #[must_use]
    pub fn watched(&self) -> usize {
        lock(&self.0.pollers).len()
    }
}

impl RefSubscription {
    /// What is known now.
    #[must_use]
    pub fn state(&self) -> RefState {
        self.receiver.borrow().clone()
    }

    /// Waits until something is known that was not when this was called last: refs changed, a failure began, changed or
    /// ended. Attempts that bring nothing new are not told.
    pub async fn changed(&mut self) -> RefState {
        // The sender lives in the poller, which this subscription holds: it cannot be gone.
        let _ = self.receiver.changed().await;
        self.receiver.borrow_and_update().clone()
    }

    /// The first state in which anything is known.
    pub async fn known(&mut self) -> RefState {
        loop {
            let state = self.state();
            if state.attempts > 0 {
                return state;
            }
            let _ = self.changed().await;
        }
    }

    /// Tells that somebody looks: for a while the repository is asked more often.
    pub fn touch(&self) {
        let until = Instant::now() + self.fast_for;
        lock(&self.poller.demand).fast_until = Some(until);
        self.poller.wake.notify_one();
    }

    /// Makes sure that refs which `revision` may mean are listed, and asks at once when they were not.
    pub fn want(&self, revision: &str) {
        let mut demand = lock(&self.poller.demand);
        if demand.scope.add_revision(revision) {
            demand.refresh = true;
            self.poller.wake.notify_one();
        }
    }

    /// Asks at once, whatever the pauses say, and gives what came of it.
    pub async fn refresh_now(&self) -> RefState {
        let mut ended = self.poller.ended.subscribe();
        let number = {
            let mut demand = lock(&self.poller.demand);
            demand.refresh = true;
            // A listing under way may have read the refs before the change the caller knows of: the one after it counts.
            demand.begun + 1
        };
        self.poller.wake.notify_one();
        // The sender lives in the poller, which this subscription holds: it cannot be gone.
        let _ = ended.wait_for(|ended| *ended >= number).await;
        self.state()
    }
}

/// What a poller remembers between two listings.
struct Progress {
    random: Random,
    mark: Option<ChangeMark>,
    last: Instant,
    next: Instant,
}

/// The life of one poller.
async fn poll(shared: Arc<Shared>, poller: Arc<Poller>) {
    let random = shared.clock.random(&format!("git refs {}", poller.remote.url.key()));
    let mut progress = Progress { random, mark: None, last: Instant::now(), next: Instant::now() };
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
    let fast_until = lock(&poller.demand).fast_until;
    let state = poller.state.borrow();
    // A failing repository is not asked faster because somebody looks, and a local one tells by its files.
    if state.failure.is_some() || progress.mark.is_some() || fast_until.is_none_or(|until| until < Instant::now()) {
        return progress.next;
    }
    progress.next.min(progress.last + shared.options.interval_fast)
}

fn due(shared: &Shared, poller: &Poller, progress: &Progress) -> bool {
    if lock(&poller.demand).refresh || Instant::now() >= next_listing(shared, poller, progress) {
        return true;
    }
    progress.mark.is_some() && shared.source.change_mark(&poller.remote) != progress.mark
}

/// Lists once and tells what came of it.
async fn list(shared: &Shared, poller: &Poller, progress: &mut Progress) {
    let scope = {
        let mut demand = lock(&poller.demand);
        demand.refresh = false;
        demand.begun += 1;
        demand.scope.clone()
    };
    // Before the listing: a change in between is seen as one more change, not lost.
    progress.mark = shared.source.change_mark(&poller.remote);
    let listed = {
        let _slot = shared.slots.acquire().await;
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryGit;

    const URL: &str = "https://git.example/repo.git";
    const LOCAL: &str = "file:///srv/repo";

    fn watcher(git: &MemoryGit) -> RefWatcher {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1);
        RefWatcher::new(Arc::new(git.clone()), clock, WatchOptions::default())
    }

    fn remote(url: &str) -> Remote {
        Remote::parse(url).expect("a URL")
    }

    async fn pass(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_poller_serves_all_and_ends_with_the_last() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let watcher = watcher(&git);
        let mut subscriptions: Vec<_> = (0..1000).map(|_| watcher.subscribe(&remote(URL))).collect();
        for subscription in &mut subscriptions {
            assert!(subscription.known().await.refs.is_some());
        }
        assert_eq!(git.listings(URL), 1);
        drop(subscriptions);
        pass(1).await;
        assert_eq!(watcher.watched(), 0);
        pass(10_000).await;
        assert_eq!(git.listings(URL), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_repository_is_asked_every_two_minutes() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let _subscription = watcher(&git).subscribe(&remote(URL));
        pass(3600).await;
        let listings = git.listings(URL);
        assert!((28..=31).contains(&listings), "{listings} listings in an hour");
    }

    #[tokio::test(start_paused = true)]
    async fn looking_and_changes_make_it_quick() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let mut subscription = watcher(&git).subscribe(&remote(URL));
        subscription.known().await;
        pass(30).await;
        subscription.touch();
        git.commit(URL, "main", "m", [("a", "2")]);
        let before = Instant::now();
        subscription.changed().await;
        assert!(before.elapsed() < Duration::from_secs(3), "{:?} after a touch", before.elapsed());
        let listings = git.listings(URL);
        pass(59).await;
        let asked = git.listings(URL) - listings;
        assert!((25..=30).contains(&asked), "{asked} listings in the minute after a change");
        let listings = git.listings(URL);
        pass(600).await;
        let asked = git.listings(URL) - listings;
        assert!((4..=7).contains(&asked), "{asked} listings in ten quiet minutes");
    }

    #[tokio::test(start_paused = true)]
    async fn a_local_repository_tells_by_its_files() {
        let git = MemoryGit::new();
        git.commit(LOCAL, "main", "m", [("a", "1")]);
        let mut subscription = watcher(&git).subscribe(&remote(LOCAL));
        subscription.known().await;
        pass(90).await;
        assert_eq!(git.listings(LOCAL), 1, "no listing without a change");
        git.commit(LOCAL, "main", "m", [("a", "2")]);
        let before = Instant::now();
        subscription.changed().await;
        assert!(before.elapsed() <= Duration::from_millis(250), "{:?}", before.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_told_once_with_since_when_and_keep_the_last_refs() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let mut subscription = watcher(&git).subscribe(&remote(URL));
        let known = subscription.known().await;
        git.fail(URL, Some(Problem::ServerFailed { status: 502 }));
        let failing = subscription.refresh_now().await;
        let first = failing.failure.expect("fails");
        assert_eq!(failing.refs, known.refs);
        let listings = git.listings(URL);
        pass(600).await;
        let later = subscription.state().failure.expect("still fails");
        assert_eq!(later.since, first.since);
        assert!(later.count > first.count && later.next > first.next);
        let asked = git.listings(URL) - listings;
        assert!((8..=12).contains(&asked), "{asked} attempts in ten minutes: the pauses grow to the usual one");
        git.fail(URL, None);
        let recovered = loop {
            let state = subscription.changed().await;
            if state.failure.is_none() {
                break state;
            }
        };
        assert_eq!(recovered.refs, known.refs);
    }

    #[tokio::test(start_paused = true)]
    async fn refused_credentials_are_not_tried_in_a_hurry() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        git.fail(URL, Some(Problem::Unauthorised { detail: "status 401".into() }));
        let mut subscription = watcher(&git).subscribe(&remote(URL));
        subscription.known().await;
        subscription.touch();
        pass(60).await;
        assert_eq!(git.listings(URL), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refresh_sees_what_was_committed_before_it() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let subscription = watcher(&git).subscribe(&remote(URL));
        let commit = git.commit(URL, "main", "m", [("a", "2")]);
        let state = subscription.refresh_now().await;
        assert_eq!(state.refs.expect("listed").get("HEAD").map(crate::refs::Ref::commit), Some(commit));
    }

    #[tokio::test(start_paused = true)]
    async fn refs_outside_branches_and_tags_are_listed_on_demand() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let mut subscription = watcher(&git).subscribe(&remote(URL));
        subscription.known().await;
        subscription.want("refs/pull/1/head");
        let state = subscription.changed().await;
        assert!(state.refs.expect("listed").scope.covers("refs/pull/1/head"));
    }
}
