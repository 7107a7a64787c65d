//! One poller per repository, for all who look at it.
//!
//! A poller starts with the first subscription and ends with the last. It asks every two minutes, every two seconds
//! while somebody looks or something changed lately, and after growing pauses when the repository fails. For local
//! repositories it looks at file status four times a second and asks only when that changed.

use crate::poller::{Poller, Shared, Slots, lock, poll};
use crate::remote::Remote;
use crate::source::GitSource;
use crate::watch_state::{RefState, WatchOptions};
use clock::Clock;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Polls repositories. Cheap to clone; clones share all pollers.
#[derive(Clone)]
pub struct RefWatcher(Arc<Shared>);

/// A look at one repository's refs, kept current as long as this lives.
#[derive(Clone)]
pub struct RefSubscription {
    poller: Arc<Poller>,
    receiver: watch::Receiver<RefState>,
    /// The number of the listing that ended last.
    ended: watch::Receiver<u64>,
    fast_for: Duration,
}

impl RefWatcher {
    /// A watcher that asks `source`, with nothing to watch yet.
    #[must_use]
    pub fn new(source: Arc<dyn GitSource>, clock: Clock, options: WatchOptions) -> Self {
        let slots = Slots::new(options.parallel_max);
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
        let (receiver, ended) = (poller.state.subscribe(), poller.ended.subscribe());
        RefSubscription { poller, receiver, ended, fast_for: self.0.options.fast_for }
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

    /// Waits for the end of a listing that this was not told of yet; gives its number and what is known since. Listings
    /// are numbered from 1, in order; of several that ended the last is told.
    pub async fn listed(&mut self) -> (u64, RefState) {
        // The sender lives in the poller, which this subscription holds: it cannot be gone.
        let _ = self.ended.changed().await;
        // The state is published before its listing counts as ended.
        let number = *self.ended.borrow_and_update();
        (number, self.state())
    }

    /// The number of the listing that ended last, 0 before the first.
    #[must_use]
    pub fn ended(&self) -> u64 {
        *self.ended.borrow()
    }

    /// The number of the last listing that is under way, was asked for, or has ended.
    #[must_use]
    pub fn latest(&self) -> u64 {
        let demand = lock(&self.poller.demand);
        (demand.begun + u64::from(demand.refresh)).max(1)
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

    /// Has the refs listed soon, whatever the pauses say, and gives the number of the listing that answers: the first
    /// that begins from now on. One under way may have read the refs before the change the caller knows of.
    pub fn ask(&self) -> u64 {
        let number = {
            let mut demand = lock(&self.poller.demand);
            demand.refresh = true;
            demand.begun + 1
        };
        self.poller.wake.notify_one();
        number
    }

    /// Asks, and waits for what comes of it.
    pub async fn refresh_now(&self) -> RefState {
        let mut ended = self.poller.ended.subscribe();
        let number = self.ask();
        // The sender lives in the poller, which this subscription holds: it cannot be gone.
        let _ = ended.wait_for(|ended| *ended >= number).await;
        self.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;
    use crate::memory::MemoryGit;
    use jiff::Timestamp;

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
    async fn those_who_ask_close_together_share_one_listing() {
        let git = MemoryGit::new();
        git.commit(URL, "main", "m", [("a", "1")]);
        let watcher = watcher(&git);
        let mut subscription = watcher.subscribe(&remote(URL));
        subscription.known().await;
        pass(5).await;
        let before = git.listings(URL);
        let first = subscription.ask();
        while subscription.ended() < first {
            subscription.listed().await;
        }
        assert_eq!(git.listings(URL) - before, 1, "the first is answered at once");
        let began = Instant::now();
        let numbers: Vec<u64> = (0..100).map(|_| subscription.ask()).collect();
        assert_eq!(numbers, vec![first + 1; 100]);
        while subscription.ended() <= first {
            subscription.listed().await;
        }
        assert_eq!(git.listings(URL) - before, 2);
        assert!(began.elapsed() <= Duration::from_millis(60), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_never_answers_holds_up_no_other_and_no_local_repository() {
        let git = MemoryGit::new();
        let watcher = watcher(&git);
        let dead: Vec<String> = (0..200).map(|number| format!("https://dead.example/{number}.git")).collect();
        for url in &dead {
            git.commit(url, "main", "m", [("a", "1")]);
            git.slow(url, crate::memory::Slowness { listing: Duration::MAX, ..Default::default() });
        }
        let _waiting: Vec<_> = dead.iter().map(|url| watcher.subscribe(&remote(url))).collect();
        pass(1).await;
        for url in [URL, LOCAL] {
            git.commit(url, "main", "m", [("a", "1")]);
            let began = Instant::now();
            watcher.subscribe(&remote(url)).known().await;
            assert_eq!(began.elapsed(), Duration::ZERO, "{url}");
        }
        let asked: u64 = dead.iter().map(|url| git.listings(url)).sum();
        assert_eq!(
            asked,
            WatchOptions::default().parallel_max as u64,
            "and is asked for no more at a time than allowed"
        );
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
