//! What is known of all sources, and what is needed to know more.

use super::fetches::{Fetches, Standing};
use super::renders::Renders;
use super::seen::{Behind, SourceFailure, SourceSeen, Wanted};
use super::wishes::Wishes;
use crate::AppKey;
use clock::{Clock, Offload};
use git::{GitSource, Oid, RefState, RefSubscription, RefWatcher, Remote, ResolveError, resolve};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// By then every application was looked at, so that it is known which commits are in use.
const LOOKED_AT: Duration = Duration::from_secs(600);

/// Tells applications that something they read has changed.
pub trait WakeApps: Send + Sync + 'static {
    /// The refs this application follows lead to other content, or cannot be read, or can be again; or what it waited
    /// for has come.
    fn content_changed(&self, app: &AppKey);
    /// The revision this application follows has another name, and the same content.
    fn revision_renamed(&self, app: &AppKey);
}

/// How much work was done; for the benchmark and for pages.
#[derive(Debug, Default)]
pub struct Counters {
    renders: AtomicU64,
    spared: AtomicU64,
}

impl Counters {
    /// Sources rendered.
    #[must_use]
    pub fn renders(&self) -> u64 {
        self.renders.load(Ordering::Relaxed)
    }

    /// Sources that were not rendered for a new commit, since it touched nothing they read.
    #[must_use]
    pub fn spared(&self) -> u64 {
        self.spared.load(Ordering::Relaxed)
    }

    pub(super) fn count_render(&self) {
        self.renders.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_spared(&self) {
        self.spared.fetch_add(1, Ordering::Relaxed);
    }
}

/// What all who work on sources share.
pub(super) struct Shared {
    pub git: Arc<dyn GitSource>,
    pub watcher: RefWatcher,
    pub offload: Offload,
    pub clock: Clock,
    pub wake: Arc<dyn WakeApps>,
    pub counters: Arc<Counters>,
    pub state: Mutex<State>,
}

pub(super) struct State {
    pub repositories: BTreeMap<Remote, Repository>,
    pub users: BTreeMap<AppKey, User>,
    pub renders: Renders,
    pub wishes: Wishes,
    pub fetches: Fetches,
}

/// An application and the sources it follows.
pub(super) struct User {
    pub wanted: Vec<Wanted>,
    /// The commit of each source whose content it was given last.
    pub last: Vec<Option<Oid>>,
}

pub(super) struct Repository {
    pub subscription: RefSubscription,
    pub follower: JoinHandle<()>,
    pub users: BTreeSet<AppKey>,
    /// Applications to be told when that listing has ended.
    pub waiting: BTreeMap<AppKey, u64>,
    /// Since when it is in use.
    pub opened: Instant,
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is known of one source; `last` is the commit whose content still holds while a newer one is fetched. `app`
    /// is told when refs that were not read yet are, or a fetch that is under way ends.
    pub fn see(&mut self, app: &AppKey, wanted: &Wanted, last: Option<Oid>, now: Timestamp) -> SourceSeen {
        let Some(repository) = self.repositories.get_mut(&wanted.remote) else { return SourceSeen::Unread };
        let refs = repository.subscription.state();
        let revision = match resolved(&refs, wanted) {
            Ok(revision) => revision,
            Err(seen) => {
                if matches!(*seen, SourceSeen::Unread) {
                    repository.waiting.insert(app.clone(), repository.subscription.latest());
                }
                return *seen;
            }
        };
        let Some(id) = wanted.id() else { return SourceSeen::Lent { revision } };
        if let Some(content) = commit_of(&revision).and_then(|commit| self.renders.get(&id, commit)) {
            // A commit that is pinned and here needs nobody.
            let failure = refs.failure.as_deref().filter(|_| !wanted.is_pinned());
            let behind = failure.map(|failure| Behind::Failing(failure.into()));
            return SourceSeen::Resolved { revision, content: Some(content), behind };
        }
        let standing = self.fetches.standing(&wanted.remote, &revision, now);
        let Some(standing) = standing else { return SourceSeen::Resolved { revision, content: None, behind: None } };
        if standing == Standing::UnderWay {
            self.fetches.begin(&wanted.remote, &revision, Some(app));
        }
        self.behind(wanted, last, standing, &revision)
    }

    /// What holds while the commit that is wanted is not here: the last content, if there is any and the commit may
    /// come without anybody's doing.
    pub fn behind(&self, wanted: &Wanted, last: Option<Oid>, standing: Standing, revision: &git::Wanted) -> SourceSeen {
        let (behind, seen) = match standing {
            Standing::UnderWay => {
                let revision = revision.revision();
                (Behind::Fetching(revision.clone()), SourceSeen::Fetching { revision })
            }
            Standing::Failed(failure) if failure.since.is_none() => return SourceSeen::Failed(failure),
            Standing::Failed(failure) => (Behind::Failing(failure.clone()), SourceSeen::Failed(failure)),
        };
        let content = wanted.id().and_then(|id| Some((last?, self.renders.get(&id, last?)?)));
        match content {
            Some((last, content)) => SourceSeen::Resolved {
                revision: git::Wanted::Commit(last),
                content: Some(content),
                behind: Some(behind),
            },
            None => seen,
        }
    }

    /// The commit whose content `app` was given last of the source at `index`.
    pub fn last(&self, app: &AppKey, index: usize) -> Option<Oid> {
        self.users.get(app).and_then(|user| user.last.get(index).copied().flatten())
    }

    /// The commits of a repository that applications use; `None` while that cannot be said.
    pub fn in_use(&self, remote: &Remote) -> Option<BTreeSet<Oid>> {
        let repository = self.repositories.get(remote).filter(|repository| repository.opened.elapsed() >= LOOKED_AT)?;
        let mut commits = self.renders.commits(remote);
        let refs = repository.subscription.state();
        for user in repository.users.iter().filter_map(|app| self.users.get(app)) {
            commits.extend(user.last.iter().flatten());
            let own = user.wanted.iter().filter(|source| source.remote == *remote);
            commits.extend(own.filter_map(|source| resolved(&refs, source).ok().and_then(|wanted| commit_of(&wanted))));
        }
        Some(commits)
    }

    /// Notes which content an application was given of the source at `index`.
    pub fn give(&mut self, app: &AppKey, index: usize, seen: &SourceSeen) {
        let SourceSeen::Resolved { revision, content: Some(_), .. } = seen else { return };
        let place = self.users.get_mut(app).and_then(|user| user.last.get_mut(index));
        if let (Some(place), Some(commit)) = (place, commit_of(revision)) {
            *place = Some(commit);
        }
    }
}

fn resolved(state: &RefState, wanted: &Wanted) -> Result<git::Wanted, Box<SourceSeen>> {
    if let Some(commit) = Oid::parse(&wanted.revision) {
        // Compat: a full commit name means itself; the repository is not asked.
        return Ok(git::Wanted::Commit(commit));
    }
    match (&state.refs, &state.failure) {
        (Some(refs), _) => match resolve(refs, &wanted.revision) {
            Ok(wanted) => Ok(wanted),
            Err(ResolveError::NotListed { .. }) => Err(Box::new(SourceSeen::Unread)),
            Err(error) => Err(Box::new(SourceSeen::Failed(SourceFailure::lasting(error.to_string())))),
        },
        (None, Some(failure)) => Err(Box::new(SourceSeen::Failed(SourceFailure::from(&**failure)))),
        (None, None) => Err(Box::new(SourceSeen::Unread)),
    }
}

/// The full name of the commit, where it is known.
pub(super) fn commit_of(revision: &git::Wanted) -> Option<Oid> {
    match revision {
        git::Wanted::Tip { commit, .. } | git::Wanted::Commit(commit) => Some(*commit),
        git::Wanted::Abbreviated(_) => None,
    }
}
