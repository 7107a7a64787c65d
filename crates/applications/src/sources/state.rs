//! What is known of all sources, and what is needed to know more.

use super::answers::Answers;
use super::around::Tools;
use super::basis::{Basis, Revisions, commit_of};
use super::content::Content;
use super::elsewhere::{Fetcher, Got, Outside, OutsideState, Slot};
use super::fetches::{Fetches, Standing};
use super::lender::{Lender, SourceId};
use super::need::Need;
use super::origin::{ChartVersion, Origin, Revision};
use super::rendering::Renderer;
use super::renders::Renders;
use super::seen::{Behind, SourceFailure, SourceSeen, Wanted};
use super::wishes::Wishes;
use crate::AppKey;
use clock::Clock;
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
    pub fetcher: Fetcher,
    pub watcher: RefWatcher,
    pub renderer: Renderer,
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
    pub outside: Outside,
    /// Renders that cannot be made before something of elsewhere is here.
    pub blocked: BTreeMap<(AppKey, Slot), Blocked>,
    /// The sources of operations that were looked at last.
    pub looked: BTreeMap<AppKey, Vec<Wanted>>,
    pub tools: Tools,
    /// What is known of signatures.
    pub answers: Answers,
}

/// A render that cannot be made yet.
pub(super) struct Blocked {
    pub id: SourceId,
    pub basis: Basis,
    /// What was not here.
    pub missing: BTreeSet<Need>,
}

/// An application and the sources it follows.
pub(super) struct User {
    pub wanted: Vec<Wanted>,
    /// The basis of each source whose content it was given last.
    pub last: Vec<Option<Basis>>,
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
    /// What is known of the source in a slot; `last` is the basis whose content still holds while something newer is
    /// fetched. `app` is told when refs that were not read yet are, or a fetch that is under way ends.
    pub fn see(
        &mut self,
        (app, slot): (&AppKey, Slot),
        wanted: &Wanted,
        last: Option<Basis>,
        now: Timestamp,
    ) -> SourceSeen {
        let revisions = match self.revisions(app, wanted) {
            Ok(revisions) => revisions,
            Err(seen) => return *seen,
        };
        let Some(id) = wanted.id() else { return SourceSeen::Lent { revision: revisions.own } };
        let basis = self.basis(wanted, &revisions);
        let known = basis.as_ref().and_then(|basis| self.renders.get(&id, basis));
        if let Some(content) = known.filter(|content| self.is_current(wanted, content)) {
            let behind = self.failing(app, slot, wanted).map(Behind::Failing);
            return SourceSeen::Resolved { revision: revisions.own, content: Some(content), behind };
        }
        if let Some((remote, revision, standing)) = self.standing(wanted, &revisions, now) {
            if standing == Standing::UnderWay {
                self.fetches.begin(&remote, &revision, Some(app));
            }
            let what = format!("commit {} of {}", revision.revision(), wanted.origin.shown());
            return self.behind(wanted, last, standing, what);
        }
        let blocked = self.blocked.get(&(app.clone(), slot));
        let blocked = blocked.filter(|blocked| blocked.id == id && Some(&blocked.basis) == basis.as_ref());
        if let Some((standing, what)) = blocked.and_then(|blocked| self.held_up(&blocked.missing)) {
            return self.behind(wanted, last, standing, what);
        }
        SourceSeen::Resolved { revision: revisions.own, content: None, behind: None }
    }

    /// The first commit of a source that is being fetched or could not be.
    fn standing(
        &self,
        wanted: &Wanted,
        revisions: &Revisions,
        now: Timestamp,
    ) -> Option<(Remote, git::Wanted, Standing)> {
        let refs = wanted.refs.iter().filter_map(|(name, lender)| match lender {
            Lender::Repository { remote, .. } => Some((remote, revisions.refs.get(name)?)),
            Lender::Chart => None,
        });
        let own = match (&wanted.origin, &revisions.own) {
            (Origin::Repository(remote), Revision::Commit(revision)) => Some((remote, revision)),
            _ => None,
        };
        own.into_iter().chain(refs).find_map(|(remote, revision)| {
            let standing = self.fetches.standing(remote, revision, now)?;
            Some((remote.clone(), revision.clone(), standing))
        })
    }

    /// Why a render that misses these cannot go on. `None` when any of them is here: it may be all that is needed, since a
    /// tool that cannot have a file may take the same address for a repository.
    pub fn held_up(&self, missing: &BTreeSet<Need>) -> Option<(Standing, String)> {
        let states: Vec<_> = missing.iter().map(|need| (need, self.outside.state(need))).collect();
        if states.iter().any(|(_, state)| matches!(state, OutsideState::Here(..))) {
            return None;
        }
        let coming = states.iter().find(|(_, state)| *state == OutsideState::Coming);
        if let Some((need, _)) = coming {
            return Some((Standing::UnderWay, need.to_string()));
        }
        states.into_iter().find_map(|(need, state)| match state {
            OutsideState::Failed(failure) => Some((Standing::Failed(failure), need.to_string())),
            _ => None,
        })
    }

    /// Whether what a content took from elsewhere is what is there now.
    fn is_current(&self, wanted: &Wanted, content: &Content) -> bool {
        content.rendered.reads.elsewhere.iter().all(|(request, mark)| {
            let Ok(need) = self.tools.repositories.need(request, wanted.project()) else { return mark.is_none() };
            match self.outside.state(&need) {
                OutsideState::Here(had, _) => mark.as_ref() == Some(&had.mark),
                OutsideState::Failed(_) => mark.is_none(),
                OutsideState::Coming => false,
            }
        })
    }

    /// The revisions of a source as they stand; `app` is told when refs that were not read yet are.
    pub fn revisions(&mut self, app: &AppKey, wanted: &Wanted) -> Result<Revisions, Box<SourceSeen>> {
        let own = match &wanted.origin {
            Origin::Repository(remote) => Revision::Commit(self.resolved(app, remote, &wanted.revision)?),
            Origin::Chart(chart) => Revision::Version(self.version(Need::Chart(chart.clone()))?),
        };
        Revisions::of(own, wanted, |remote, revision| self.resolved(app, remote, revision))
    }

    fn version(&self, chart: Need) -> Result<ChartVersion, Box<SourceSeen>> {
        match self.outside.state(&chart) {
            OutsideState::Here(had, _) => Ok(ChartVersion { version: had.name, mark: had.mark }),
            OutsideState::Failed(failure) => Err(Box::new(SourceSeen::Failed(failure))),
            OutsideState::Coming => Err(Box::new(SourceSeen::Fetching { what: chart.to_string() })),
        }
    }

    /// What a render of these revisions is made of.
    pub fn basis(&self, wanted: &Wanted, revisions: &Revisions) -> Option<Basis> {
        revisions.basis(self.tools.capabilities.get(&wanted.cluster).map(|capabilities| capabilities.id()))
    }

    fn resolved(&mut self, app: &AppKey, remote: &Remote, revision: &str) -> Result<git::Wanted, Box<SourceSeen>> {
        let Some(repository) = self.repositories.get_mut(remote) else { return Err(Box::new(SourceSeen::Unread)) };
        let resolved = resolved(&repository.subscription.state(), revision);
        if matches!(resolved.as_ref().err().map(|seen| &**seen), Some(SourceSeen::Unread)) {
            repository.waiting.insert(app.clone(), repository.subscription.latest());
        }
        resolved
    }

    /// Why one of the source's repositories cannot be read at the moment. A commit that is pinned and here needs nobody.
    fn failing(&self, app: &AppKey, slot: Slot, wanted: &Wanted) -> Option<SourceFailure> {
        let lenders = wanted.refs.values().filter_map(|lender| match lender {
            Lender::Repository { remote, revision } => Some((remote, revision)),
            Lender::Chart => None,
        });
        let own = wanted.origin.repository().map(|remote| (remote, &wanted.revision));
        let all = own.into_iter().chain(lenders);
        let followed = all.filter(|(_, revision)| Oid::parse(revision).is_none());
        let mut repositories = followed.filter_map(|(remote, _)| self.repositories.get(remote));
        let failing =
            repositories.find_map(|repository| repository.subscription.state().failure.as_deref().map(Into::into));
        failing.or_else(|| {
            let needs = self.outside.wanted(app, slot);
            needs.iter().filter(|need| !need.is_pinned()).find_map(|need| match self.outside.state(need) {
                OutsideState::Here(_, failure) => failure,
                _ => None,
            })
        })
    }

    /// What holds while something that is wanted is not here: the last content, if there is any and it may come without
    /// anybody's doing.
    pub fn behind(&self, wanted: &Wanted, last: Option<Basis>, standing: Standing, what: String) -> SourceSeen {
        let (behind, seen) = match standing {
            Standing::UnderWay => (Behind::Fetching(what.clone()), SourceSeen::Fetching { what }),
            Standing::Failed(failure) if failure.since.is_none() => return SourceSeen::Failed(failure),
            Standing::Failed(failure) => (Behind::Failing(failure.clone()), SourceSeen::Failed(failure)),
        };
        let content = last.zip(wanted.id()).and_then(|(last, id)| Some((self.renders.get(&id, &last)?, last)));
        match content {
            Some((content, last)) => SourceSeen::Resolved {
                revision: Revision::from(&last.own),
                content: Some(content),
                behind: Some(behind),
            },
            None => seen,
        }
    }

    /// The basis whose content `app` was given last of the source at `index`.
    pub fn last(&self, app: &AppKey, index: usize) -> Option<Basis> {
        self.users.get(app).and_then(|user| user.last.get(index).cloned().flatten())
    }

    /// The commits of a repository that applications use; `None` while that cannot be said.
    pub fn in_use(&self, remote: &Remote) -> Option<BTreeSet<Oid>> {
        let repository = self.repositories.get(remote).filter(|repository| repository.opened.elapsed() >= LOOKED_AT)?;
        let mut commits = self.renders.commits(remote);
        let refs = repository.subscription.state();
        for user in repository.users.iter().filter_map(|app| self.users.get(app)) {
            for (source, last) in user.wanted.iter().zip(&user.last) {
                let own = last.as_ref().and_then(|basis| basis.own.commit());
                commits.extend(own.filter(|_| source.origin.repository() == Some(remote)));
                let lent = |name: &String| match source.refs.get(name) {
                    Some(Lender::Repository { remote: own, .. }) => own == remote,
                    Some(Lender::Chart) | None => false,
                };
                let of_refs = last.iter().flat_map(|basis| &basis.refs);
                commits.extend(of_refs.filter(|(name, _)| lent(name)).map(|(_, commit)| *commit));
            }
            let own = user.wanted.iter().filter(|source| source.origin.repository() == Some(remote));
            let current = |source: &Wanted| resolved(&refs, &source.revision).ok();
            commits.extend(own.filter_map(|source| current(source).and_then(|wanted| commit_of(&wanted))));
        }
        commits.extend(self.outside.all_had().filter_map(|had| match &had.got {
            Got::Commit(of, commit) if of == remote => Some(*commit),
            _ => None,
        }));
        Some(commits)
    }

    /// Notes which content an application was given of the source at `index`.
    pub fn give(&mut self, app: &AppKey, index: usize, seen: &SourceSeen) {
        let SourceSeen::Resolved { revision, content: Some(content), .. } = seen else { return };
        let Some(point) = revision.point() else { return };
        let Some(user) = self.users.get_mut(app) else { return };
        let (Some(wanted), Some(place)) = (user.wanted.get(index), user.last.get_mut(index)) else { return };
        let basis = wanted.id().and_then(|id| self.renders.basis(&id, content, &point));
        if basis.is_some() {
            *place = basis;
        }
    }
}

fn resolved(state: &RefState, revision: &str) -> Result<git::Wanted, Box<SourceSeen>> {
    if let Some(commit) = Oid::parse(revision) {
        // Compat: a full commit name means itself; the repository is not asked.
        return Ok(git::Wanted::Commit(commit));
    }
    match (&state.refs, &state.failure) {
        (Some(refs), _) => match resolve(refs, revision) {
            Ok(wanted) => Ok(wanted),
            Err(ResolveError::NotListed { .. }) => Err(Box::new(SourceSeen::Unread)),
            Err(error) => Err(Box::new(SourceSeen::Failed(SourceFailure::lasting(error.to_string())))),
        },
        (None, Some(failure)) => Err(Box::new(SourceSeen::Failed(SourceFailure::from(&**failure)))),
        (None, None) => Err(Box::new(SourceSeen::Unread)),
    }
}
