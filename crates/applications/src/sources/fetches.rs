//! Which commits are being fetched for whom, and which could not be. Pure: [`super::service`] does the fetching.

use super::seen::SourceFailure;
use crate::AppKey;
use clock::Random;
use cluster::Backoff;
use git::{GitError, Remote, Retry, Wanted};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Pauses after failed fetches in a row: those of listings.
const PAUSES: Backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(120) };

/// How many failed commits are remembered of one repository; beyond that all are tried anew.
const FAILED_MAX: usize = 1000;

/// The fetches of all repositories.
#[derive(Debug)]
pub(super) struct Fetches {
    remotes: BTreeMap<Remote, OfRemote>,
    random: Random,
}

#[derive(Debug, Default)]
struct OfRemote {
    /// Those under way, and whom to tell when they end.
    under_way: BTreeMap<Wanted, BTreeSet<AppKey>>,
    failed: BTreeMap<Wanted, SourceFailure>,
    failing: Option<Failing>,
}

/// A row of failures.
#[derive(Debug, Clone, Copy)]
struct Failing {
    since: Timestamp,
    count: u32,
}

/// Where a fetch stands that need not be begun now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    UnderWay,
    Failed(SourceFailure),
}

impl Fetches {
    /// None yet; chance lengthens the pauses after failures.
    pub fn new(random: Random) -> Self {
        Fetches { remotes: BTreeMap::new(), random }
    }

    /// Where the fetch of that commit stands; `None` when it may be begun.
    pub fn standing(&self, remote: &Remote, commit: &Wanted, now: Timestamp) -> Option<Standing> {
        let of = self.remotes.get(remote)?;
        if of.under_way.contains_key(commit) {
            return Some(Standing::UnderWay);
        }
        let failed = of.failed.get(commit).filter(|failed| failed.retry.is_some_and(|retry| retry > now));
        failed.cloned().map(Standing::Failed)
    }

    /// Notes that a fetch is under way, and whom to tell of its end; whether it was not noted before.
    pub fn begin(&mut self, remote: &Remote, commit: &Wanted, app: Option<&AppKey>) -> bool {
        let of = self.remotes.entry(remote.clone()).or_default();
        let is_new = !of.under_way.contains_key(commit);
        of.under_way.entry(commit.clone()).or_default().extend(app.cloned());
        is_new
    }

    /// Notes a fetch that went well; gives whom to tell.
    pub fn went_well(&mut self, remote: &Remote, commit: &Wanted) -> BTreeSet<AppKey> {
        let Some(of) = self.remotes.get_mut(remote) else { return BTreeSet::new() };
        let apps = of.under_way.remove(commit).unwrap_or_default();
        of.failed.remove(commit);
        of.failing = None;
        if of.under_way.is_empty() && of.failed.is_empty() {
            self.remotes.remove(remote);
        }
        apps
    }

    /// Notes a fetch that failed; gives whom to tell, and what.
    pub fn failed(
        &mut self,
        remote: &Remote,
        commit: &Wanted,
        error: &GitError,
        now: Timestamp,
    ) -> (BTreeSet<AppKey>, SourceFailure) {
        let of = self.remotes.entry(remote.clone()).or_default();
        let before = of.failing.unwrap_or(Failing { since: now, count: 0 });
        let failing = Failing { count: before.count.saturating_add(1), ..before };
        of.failing = Some(failing);
        let growing = PAUSES.jittered(failing.count, &mut self.random);
        let (since, pause) = match error.retry() {
            Retry::Backoff => (Some(failing.since), growing),
            Retry::After(pause) => (Some(failing.since), pause.max(PAUSES.first)),
            // Somebody's change is usually told; a commit that is pushed later is not.
            Retry::WhenChanged => (None, PAUSES.most),
        };
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
        let retry = Some(now.checked_add(pause).unwrap_or(Timestamp::MAX));
        let failure = SourceFailure { message: error.to_string(), since, next: retry, retry };
        if of.failed.len() >= FAILED_MAX {
            of.failed.clear();
        }
        of.failed.insert(commit.clone(), failure.clone());
        (of.under_way.remove(commit).unwrap_or_default(), failure)
    }

    /// Somebody asks: what failed may be tried again at once.
    pub fn try_again(&mut self, remote: &Remote) {
        if let Some(of) = self.remotes.get_mut(remote) {
            of.failed.clear();
        }
    }

    /// The repository is not used any more.
    pub fn forget(&mut self, remote: &Remote) {
        self.remotes.remove(remote);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use git::{Oid, Problem};

    fn later(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(seconds)).expect("a time")
    }

    #[test]
    fn failures_are_kept_with_growing_pauses_until_one_fetch_goes_well() {
        let remote = Remote::parse("https://git.example/shop.git").expect("a URL");
        let commit = |byte| Wanted::Commit(Oid::from_bytes([byte; 20]));
        let app = AppKey::new("argocd", "shop");
        let mut fetches = Fetches::new(Random::seeded(1, "fetches"));
        assert_eq!(fetches.standing(&remote, &commit(1), later(0)), None);
        assert!(fetches.begin(&remote, &commit(1), Some(&app)));
        assert!(!fetches.begin(&remote, &commit(1), None));
        assert_eq!(fetches.standing(&remote, &commit(1), later(0)), Some(Standing::UnderWay));
        let error = Problem::ServerFailed { status: 502 }.of("https://git.example/shop.git");
        let (told, first) = fetches.failed(&remote, &commit(1), &error, later(10));
        assert_eq!((told, first.since), (BTreeSet::from([app]), Some(later(10))));
        assert!(matches!(fetches.standing(&remote, &commit(1), later(11)), Some(Standing::Failed(_))));
        assert_eq!(fetches.standing(&remote, &commit(1), later(13)), None, "the pause is over");
        let (_, second) = fetches.failed(&remote, &commit(2), &error, later(20));
        assert_eq!(second.since, Some(later(10)), "one row of failures, whatever the commit");
        assert!(second.retry > Some(later(23)));
        fetches.try_again(&remote);
        assert_eq!(fetches.standing(&remote, &commit(2), later(20)), None);
        fetches.went_well(&remote, &commit(2));
        let (_, third) = fetches.failed(&remote, &commit(3), &error, later(30));
        assert_eq!(third.since, Some(later(30)));
        let gone = Problem::gone(Oid::from_bytes([4; 20])).of("https://git.example/shop.git");
        let (_, lasting) = fetches.failed(&remote, &commit(4), &gone, later(40));
        assert_eq!((lasting.since, lasting.retry > Some(later(159))), (None, true));
    }
}
