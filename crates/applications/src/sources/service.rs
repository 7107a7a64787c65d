//! All sources of all applications: what is known of them, and how to know more.

use super::around::{Around, Tools};
use super::basis::{Basis, Revisions};
use super::content::Content;
use super::fetches::{Fetches, Standing};
use super::fetching::fetch;
use super::follow::follow;
use super::lender::{Lender, SourceId};
use super::opening::around;
use super::rendering::{Outcome, Renderer};
use super::renders::Renders;
use super::seen::{SourceFailure, SourceSeen, Wanted};
use super::state::{Counters, Repository, Shared, State, User, WakeApps};
use super::wishes::{Freshness, Wish, Wishes};
use crate::AppKey;
use clock::{Clock, Offload};
use git::{GitError, GitSource, RefWatcher, Remote};
use render::{Capabilities, Input, Jsonnet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

/// All sources of all applications. Cheap to clone.
///
/// Guarantees: nothing here waits for a network. What is not known yet is begun, and the application is told when it is.
#[derive(Clone)]
pub struct Sources(Arc<Shared>);

/// What reads repositories.
pub struct Reading {
    /// Where they are read.
    pub git: Arc<dyn GitSource>,
    /// Who lists their refs.
    pub watcher: RefWatcher,
    /// Time and chance.
    pub clock: Clock,
    /// Where rendering runs.
    pub offload: Offload,
    /// What evaluates Jsonnet, where anything does.
    pub jsonnet: Option<Arc<dyn Jsonnet>>,
    /// A secret from which passwords that templates make up follow, until the installation's own is known.
    pub salt: [u8; 32],
}

/// Which source of an application is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// That at this place among those it follows.
    Followed(usize),
    /// Another one: an operation's.
    Another,
}

impl Sources {
    /// No sources yet.
    #[must_use]
    pub fn new(reading: Reading, wake: Arc<dyn WakeApps>) -> Self {
        let Reading { git, watcher, clock, offload, jsonnet, salt } = reading;
        let state = State {
            repositories: BTreeMap::new(),
            users: BTreeMap::new(),
            renders: Renders::default(),
            wishes: Wishes::default(),
            fetches: Fetches::new(clock.random("git fetches")),
            tools: Tools { salt, jsonnet, ..Tools::default() },
        };
        let (counters, state) = (Arc::default(), Mutex::new(state));
        Sources(Arc::new(Shared {
            git,
            watcher,
            renderer: Renderer::new(offload, clock.clone()),
            clock,
            wake,
            counters,
            state,
        }))
    }

    /// How much work was done so far.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.0.counters)
    }

    /// What the cluster can do, from now on.
    pub fn learn_capabilities(&self, capabilities: Arc<Capabilities>) {
        self.lock().tools.capabilities = Some(capabilities);
    }

    /// The installation's own secret, from now on.
    pub fn learn_salt(&self, salt: [u8; 32]) {
        self.lock().tools.salt = salt;
    }

    /// What is known of the sources that `app` follows; from now on it is told when that changes.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn follow(&self, app: &AppKey, wanted: &[Wanted]) -> Vec<SourceSeen> {
        let mut state = self.lock();
        if state.users.get(app).is_none_or(|known| known.wanted != wanted) {
            leave(&mut state, app);
            for source in wanted {
                self.want(&mut state, source, |repository| {
                    repository.users.insert(app.clone());
                });
            }
            let user = User { wanted: wanted.to_vec(), last: vec![None; wanted.len()] };
            state.users.insert(app.clone(), user);
        }
        let now = self.0.clock.now();
        let mut all = Vec::with_capacity(wanted.len());
        for (index, source) in wanted.iter().enumerate() {
            let last = state.last(app, index);
            let seen = state.see(app, source, last, now);
            state.give(app, index, &seen);
            all.push(seen);
        }
        all
    }

    /// What is known of sources without following them: those of an operation on another revision. `app` is told when
    /// more is known.
    #[must_use]
    pub fn look(&self, app: &AppKey, wanted: &[Wanted]) -> Vec<SourceSeen> {
        let mut state = self.lock();
        let now = self.0.clock.now();
        let mut all = Vec::with_capacity(wanted.len());
        for source in wanted {
            self.want(&mut state, source, |_| {});
            all.push(state.see(app, source, None, now));
        }
        all
    }

    /// Forgets what these sources render to: they are rendered anew.
    pub fn forget_renders(&self, wanted: &[Wanted]) {
        let mut state = self.lock();
        wanted.iter().filter_map(Wanted::id).for_each(|id| state.renders.forget(&id));
    }

    /// The application is gone.
    pub fn forget(&self, app: &AppKey) {
        let mut state = self.lock();
        leave(&mut state, app);
        state.wishes.forget(app);
        let unused: Vec<Remote> = state
            .repositories
            .iter()
            .filter(|(_, repository)| repository.users.is_empty())
            .map(|(remote, _)| remote.clone())
            .collect();
        for remote in unused {
            state.repositories.remove(&remote);
            state.fetches.forget(&remote);
        }
    }

    /// Has the refs of these sources listed anew for `app`, once for each time this is wished: the same wish in a later
    /// version of the Application is another one once the first was answered. Tells how far that has come; the
    /// application is told when the listings have ended.
    pub fn refresh(&self, app: &AppKey, wish: Wish, version: &str) -> Freshness {
        let mut guard = self.lock();
        let state = &mut *guard;
        if !state.wishes.is_noted(app, &wish, version) {
            let mut listings = Vec::new();
            for source in &wish.sources {
                state.fetches.try_again(&source.remote);
                let Some(repository) = state.repositories.get_mut(&source.remote) else { continue };
                if source.is_pinned() {
                    continue;
                }
                repository.subscription.touch();
                let number = repository.subscription.ask();
                repository.waiting.insert(app.clone(), number);
                listings.push((source.remote.clone(), number));
            }
            state.wishes.note(app, wish, listings);
        }
        let repositories = &state.repositories;
        let ended =
            |remote: &Remote| repositories.get(remote).map_or(u64::MAX, |repository| repository.subscription.ended());
        state.wishes.freshness(app, version, ended)
    }

    /// The application wishes nothing.
    pub fn no_wish(&self, app: &AppKey) {
        self.lock().wishes.forget(app);
    }

    /// Tells that somebody looks at this application: its repositories are asked at once and more often for a while.
    pub fn touch(&self, app: &AppKey) {
        let state = self.lock();
        let repositories = state.repositories.values().filter(|repository| repository.users.contains(app));
        repositories.for_each(|repository| repository.subscription.touch());
    }

    /// Renders one source for `app`, unless that is known; `revision` is its own, those it refers to are taken as they
    /// are known. While a commit is being fetched, the last content of a followed source holds.
    pub async fn render(&self, app: &AppKey, place: Place, wanted: &Wanted, revision: &git::Wanted) -> SourceSeen {
        let (last, revisions) = {
            let mut state = self.lock();
            let last = match place {
                Place::Followed(index) => state.last(app, index),
                Place::Another => None,
            };
            (last, state.revisions(app, wanted))
        };
        let revisions = match revisions {
            Ok(revisions) => Revisions { own: revision.clone(), ..revisions },
            Err(seen) => return *seen,
        };
        let revisions = match self.fetch_all(app, wanted, revisions).await {
            Ok(revisions) => revisions,
            Err((standing, revision)) => return self.lock().behind(wanted, last, standing, &revision),
        };
        let (id, input) = match (wanted.id(), &wanted.input) {
            (Some(id), Some(input)) => (id, input.clone()),
            _ => return SourceSeen::Lent { revision: revisions.own },
        };
        let Some(basis) = self.lock().basis(&revisions) else { return SourceSeen::Unread };
        let seen = match self.content(wanted, id, input, basis).await {
            Ok(content) => SourceSeen::Resolved { revision: revisions.own, content: Some(content), behind: None },
            Err(error) => SourceSeen::Failed(SourceFailure::lasting(error.to_string())),
        };
        if let Place::Followed(index) = place {
            self.lock().give(app, index, &seen);
        }
        seen
    }

    /// Has the commits of a source and of those it may refer to fetched; gives their full names, or the first that is
    /// not here yet.
    async fn fetch_all(
        &self,
        app: &AppKey,
        wanted: &Wanted,
        revisions: Revisions,
    ) -> Result<Revisions, (Standing, git::Wanted)> {
        let own = self.fetched(app, &wanted.remote, revisions.own).await?;
        let mut refs = BTreeMap::new();
        for (name, revision) in revisions.refs {
            let Some(Lender::Repository { remote, .. }) = wanted.refs.get(&name) else { continue };
            refs.insert(name, self.fetched(app, remote, revision).await?);
        }
        Ok(Revisions { own, refs })
    }

    async fn fetched(
        &self,
        app: &AppKey,
        remote: &Remote,
        revision: git::Wanted,
    ) -> Result<git::Wanted, (Standing, git::Wanted)> {
        match fetch(&self.0, Some(app), remote, &revision).await {
            Ok(commit) => Ok(match revision {
                git::Wanted::Abbreviated(_) => git::Wanted::Commit(commit),
                git::Wanted::Tip { .. } | git::Wanted::Commit(_) => revision,
            }),
            Err(standing) => Err((standing, revision)),
        }
    }

    async fn content(
        &self,
        wanted: &Wanted,
        id: SourceId,
        input: Input,
        basis: Basis,
    ) -> Result<Arc<Content>, GitError> {
        if let Some(content) = self.lock().renders.get(&id, &basis) {
            return Ok(content);
        }
        let around: Around = around(&self.0, wanted, &basis).await?;
        let former = self.lock().renders.contents(&id);
        let outcome = self.0.renderer.render(input, around, former).await;
        let mut state = self.lock();
        Ok(match outcome {
            Outcome::Same(same) => {
                self.0.counters.count_spared();
                state.renders.confirm(&id, &same, basis);
                same
            }
            Outcome::New(rendered, pace) => {
                self.0.counters.count_render();
                state.renders.insert(&id, basis, *rendered, pace)
            }
        })
    }

    /// Follows the refs of all repositories that a source is rendered from.
    fn want(&self, state: &mut State, source: &Wanted, mut note: impl FnMut(&mut Repository)) {
        let lenders = source.refs.values().filter_map(|lender| match lender {
            Lender::Repository { remote, revision } => Some((remote, revision)),
            Lender::Chart => None,
        });
        for (remote, revision) in std::iter::once((&source.remote, &source.revision)).chain(lenders) {
            let repository = self.repository(state, remote);
            repository.subscription.want(revision);
            note(repository);
        }
    }

    /// The repository at `remote`, opened where it was not.
    fn repository<'s>(&self, state: &'s mut State, remote: &Remote) -> &'s mut Repository {
        state.repositories.entry(remote.clone()).or_insert_with(|| {
            let subscription = self.0.watcher.subscribe(remote);
            let follower = tokio::spawn(follow(Arc::downgrade(&self.0), remote.clone(), subscription.clone()));
            let opened = self.0.clock.monotonic();
            Repository { subscription, follower, users: BTreeSet::new(), waiting: BTreeMap::new(), opened }
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// The application follows its sources no longer. What they render to is forgotten unless others use it.
fn leave(state: &mut State, app: &AppKey) {
    let Some(former) = state.users.remove(app) else { return };
    for source in former.wanted {
        for remote in source.remotes() {
            let Some(repository) = state.repositories.get_mut(remote) else { continue };
            repository.users.remove(app);
            repository.waiting.remove(app);
        }
        let Some(repository) = state.repositories.get(&source.remote) else { continue };
        let others = repository.users.iter().filter_map(|user| state.users.get(user)).flat_map(|user| &user.wanted);
        let is_same =
            |other: &Wanted| other.remote == source.remote && other.input == source.input && other.refs == source.refs;
        let is_shared = others.into_iter().any(is_same);
        if let (Some(id), false) = (source.id(), is_shared) {
            state.renders.forget(&id);
        }
    }
}
