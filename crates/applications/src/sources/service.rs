//! All sources of all applications: what is known of them, and how to know more.

use super::answers::Answers;
use super::around::Tools;
use super::basis::{Basis, Revisions};
use super::bringing::{ask, snapshot, want};
use super::content::Content;
use super::credentials::Repositories;
use super::elsewhere::{Fetcher, Outside, Port, Slot, Trust};
use super::fetches::{Fetches, Standing};
use super::fetching::fetch;
use super::follow::follow;
use super::lender::{Lender, SourceId};
use super::need::Need;
use super::opening::{NotOpened, around, needs_of};
use super::origin::{Origin, Revision};
use super::rendering::{Outcome, Renderer};
use super::renders::Renders;
use super::seen::{SourceFailure, SourceSeen, Wanted};
use super::state::{Blocked, Counters, Repository, Shared, State, User, WakeApps};
use super::wishes::{Freshness, Looked, Wish, Wishes};
use crate::AppKey;
use charts::Charts;
use clock::{Clock, Offload};
use cluster::ClusterId;
use git::{GitSource, RefWatcher, Remote};
use render::{Capabilities, Jsonnet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tree::ReadSet;

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
    /// What fetches charts and files; without it, sources that need any cannot be rendered.
    pub charts: Option<Charts>,
    /// Time and chance.
    pub clock: Clock,
    /// Where rendering runs.
    pub offload: Offload,
    /// What evaluates Jsonnet, where anything does.
    pub jsonnet: Option<Arc<dyn Jsonnet>>,
    /// A secret from which passwords that templates make up follow, until the installation's own is known.
    pub salt: [u8; 32],
}

/// How often a render may find that it needs still more of elsewhere, of which all is here: a base in a base in a base.
const ROUNDS_MAX: usize = 32;

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
        let Reading { git, watcher, charts, clock, offload, jsonnet, salt } = reading;
        let state = State {
            repositories: BTreeMap::new(),
            users: BTreeMap::new(),
            renders: Renders::default(),
            wishes: Wishes::default(),
            fetches: Fetches::new(clock.random("git fetches")),
            outside: Outside::new(clock.random("fetches from elsewhere")),
            blocked: BTreeMap::new(),
            looked: BTreeMap::new(),
            tools: Tools { salt, jsonnet, ..Tools::default() },
            answers: Answers::default(),
        };
        let (counters, state) = (Arc::default(), Mutex::new(state));
        Sources(Arc::new(Shared {
            fetcher: Fetcher::new(Arc::clone(&git), charts),
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

    /// What the last render of a followed source has read of its own commit, and which commit that is. `None` where that is
    /// not known, or where something else than files of that commit went into it: its name, or what lies elsewhere.
    #[must_use]
    pub fn last_reads(&self, app: &AppKey, index: usize) -> Option<(String, ReadSet)> {
        let state = self.lock();
        let (basis, wanted) = (state.last(app, index)?, state.users.get(app)?.wanted.get(index)?);
        let content = state.renders.get(&wanted.id()?, &basis)?;
        let reads = &content.rendered.reads;
        let is_of_files = reads.revision.is_none() && reads.elsewhere.is_empty();
        Some((basis.own.commit().filter(|_| is_of_files)?.to_string(), reads.own.clone()))
    }

    /// What a cluster can do, from now on.
    pub fn learn_capabilities(&self, cluster: ClusterId, capabilities: Arc<Capabilities>) {
        self.lock().tools.capabilities.insert(cluster, capabilities);
    }

    /// The installation's own secret, from now on.
    pub fn learn_salt(&self, salt: [u8; 32]) {
        self.lock().tools.salt = salt;
    }

    /// What is declared about repositories, from now on.
    pub fn learn_repositories(&self, repositories: Arc<Repositories>) {
        let mut state = self.lock();
        state.tools.repositories = repositories;
        // What could not be had may be reached in another way now.
        state.blocked.clear();
    }

    /// What is known of the sources that `app` follows; from now on it is told when that changes.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn follow(&self, app: &AppKey, wanted: &[Wanted]) -> Vec<SourceSeen> {
        let is_new = self.lock().users.get(app).is_none_or(|known| known.wanted != wanted);
        for (index, source) in wanted.iter().enumerate() {
            source.chart().iter().for_each(|chart| want(&self.0, app, Slot::Followed(index), chart));
        }
        let mut state = self.lock();
        if is_new {
            leave(&mut state, app);
            state.outside.drop_slots(app, |slot| matches!(slot, Slot::Followed(index) if index >= wanted.len()));
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
            let seen = state.see((app, Slot::Followed(index)), source, last, now);
            state.give(app, index, &seen);
            all.push(seen);
        }
        all
    }

    /// What is known of sources without following them: those of an operation on another revision. `app` is told when
    /// more is known.
    #[must_use]
    pub fn look(&self, app: &AppKey, wanted: &[Wanted]) -> Vec<SourceSeen> {
        {
            let mut state = self.lock();
            if state.looked.get(app).is_none_or(|known| known != wanted) {
                state.outside.drop_slots(app, |slot| slot == Slot::Another);
                state.looked.insert(app.clone(), wanted.to_vec());
            }
        }
        for source in wanted {
            source.chart().iter().for_each(|chart| want(&self.0, app, Slot::Another, chart));
        }
        let mut state = self.lock();
        let now = self.0.clock.now();
        let mut all = Vec::with_capacity(wanted.len());
        for source in wanted {
            self.want(&mut state, source, |_| {});
            all.push(state.see((app, Slot::Another), source, None, now));
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
        state.outside.forget(app);
        state.looked.remove(app);
        state.blocked.retain(|(of, _), _| of != app);
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
        let is_noted = self.lock().wishes.is_noted(app, &wish, version);
        if !is_noted {
            let listings = self.list_anew(app, &wish);
            self.lock().wishes.note(app, wish, listings);
        }
        let mut guard = self.lock();
        let State { wishes, repositories, outside, .. } = &mut *guard;
        let ended = |looked: &Looked| match looked {
            Looked::Refs(remote) => {
                repositories.get(remote).map_or(u64::MAX, |repository| repository.subscription.ended())
            }
            Looked::Need(need) => outside.ended(need),
        };
        wishes.freshness(app, version, ended)
    }

    /// Has everything listed and fetched anew that a wish is about; gives what will answer it.
    fn list_anew(&self, app: &AppKey, wish: &Wish) -> Vec<(Looked, u64)> {
        let is_hard = wish.refresh.as_ref().is_some_and(|(how, _)| how == "hard");
        let mut listings = Vec::new();
        let needs = {
            let mut guard = self.lock();
            let state = &mut *guard;
            for source in &wish.sources {
                let Some(remote) = source.origin.repository() else { continue };
                state.fetches.try_again(remote);
                let Some(repository) = state.repositories.get_mut(remote) else { continue };
                if source.is_pinned() {
                    continue;
                }
                repository.subscription.touch();
                let number = repository.subscription.ask();
                repository.waiting.insert(app.clone(), number);
                listings.push((Looked::Refs(remote.clone()), number));
            }
            state.outside.all_of(app)
        };
        let trust = if is_hard { Trust::Nothing } else { Trust::Kept };
        for need in
            needs.into_iter().filter(|need| is_hard || !need.is_pinned() || self.lock().outside.had(need).is_none())
        {
            listings.extend(ask(&self.0, app, &need, trust).map(|number| (Looked::Need(need), number)));
        }
        listings
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
    pub async fn render(&self, app: &AppKey, place: Place, wanted: &Wanted, revision: &Revision) -> SourceSeen {
        let (slot, last, revisions) = {
            let mut state = self.lock();
            let (slot, last) = match place {
                Place::Followed(index) => (Slot::Followed(index), state.last(app, index)),
                Place::Another => (Slot::Another, None),
            };
            (slot, last, state.revisions(app, wanted))
        };
        let revisions = match revisions {
            Ok(revisions) => Revisions { own: revision.clone(), ..revisions },
            Err(seen) => return *seen,
        };
        let revisions = match self.fetch_all(app, wanted, revisions).await {
            Ok(revisions) => revisions,
            Err((standing, revision)) => {
                let what = format!("commit {} of {}", revision.revision(), wanted.origin.shown());
                return self.lock().behind(wanted, last, standing, what);
            }
        };
        let Some(id) = wanted.id() else { return SourceSeen::Lent { revision: revisions.own } };
        let Some(basis) = self.lock().basis(wanted, &revisions) else { return SourceSeen::Unread };
        let seen = match self.content(app, slot, wanted, (id, basis)).await {
            Ok(content) => SourceSeen::Resolved { revision: revisions.own, content: Some(content), behind: None },
            Err(Held::Failed(failure)) => SourceSeen::Failed(failure),
            Err(Held::Up(standing, what)) => return self.lock().behind(wanted, last, standing, what),
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
        let own = match (&wanted.origin, revisions.own) {
            (Origin::Repository(remote), Revision::Commit(own)) => self.fetched(app, remote, own).await?.into(),
            (_, own) => own,
        };
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

    /// What a source renders to on a basis. What it needs of elsewhere and is not here is begun to be fetched.
    async fn content(
        &self,
        app: &AppKey,
        slot: Slot,
        wanted: &Wanted,
        (id, basis): (SourceId, Basis),
    ) -> Result<Arc<Content>, Held> {
        let Some(input) = &wanted.input else { return Err(Held::Failed(SourceFailure::lasting(String::new()))) };
        for _ in 0..ROUNDS_MAX {
            let (needs, repositories) = {
                let state = self.lock();
                (state.outside.wanted(app, slot), Arc::clone(&state.tools.repositories))
            };
            let opened = snapshot(&self.0, app, &needs).await;
            let port = Arc::new(Port::new(repositories, wanted.project(), opened));
            let around = around(&self.0, app, wanted, &basis, Arc::clone(&port)).await?;
            let former = self.lock().renders.contents(&id);
            let outcome = self.0.renderer.render(input.clone(), around, former).await;
            let mut missing = port.missing();
            if missing.is_empty() && outcome.is_wrong() {
                missing = port.refused();
            }
            if missing.is_empty() {
                let content = self.keep(id, basis.clone(), outcome);
                self.needs_only(app, slot, wanted, &content);
                return Ok(content);
            }
            missing.iter().for_each(|need| want(&self.0, app, slot, need));
            let mut state = self.lock();
            if let Some((standing, what)) = state.held_up(&missing) {
                let blocked = Blocked { id, basis, missing };
                state.blocked.insert((app.clone(), slot), blocked);
                return Err(Held::Up(standing, what));
            }
        }
        let message =
            format!("bases and charts lead to others more than {ROUNDS_MAX} times (limit: rounds of fetching)");
        Err(Held::Failed(SourceFailure::lasting(message)))
    }

    fn keep(&self, id: SourceId, basis: Basis, outcome: Outcome) -> Arc<Content> {
        let mut state = self.lock();
        match outcome {
            Outcome::Same(same) => {
                self.0.counters.count_spared();
                state.renders.confirm(&id, &same, basis);
                same
            }
            Outcome::New(rendered, pace) => {
                self.0.counters.count_render();
                state.renders.insert(&id, basis, *rendered, pace)
            }
        }
    }

    /// The slot needs of elsewhere what its content took, and nothing else.
    fn needs_only(&self, app: &AppKey, slot: Slot, wanted: &Wanted, content: &Content) {
        let needs: BTreeSet<Need> = needs_of(&self.0, wanted, content).into_iter().chain(wanted.chart()).collect();
        let mut state = self.lock();
        state.blocked.remove(&(app.clone(), slot));
        // Several sources of an operation share one slot.
        if slot != Slot::Another {
            state.outside.keep(app, slot, needs);
        }
    }

    /// Follows the refs of all repositories that a source is rendered from.
    fn want(&self, state: &mut State, source: &Wanted, mut note: impl FnMut(&mut Repository)) {
        let lenders = source.refs.values().filter_map(|lender| match lender {
            Lender::Repository { remote, revision } => Some((remote, revision)),
            Lender::Chart => None,
        });
        let own = source.origin.repository().map(|remote| (remote, &source.revision));
        for (remote, revision) in own.into_iter().chain(lenders) {
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

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// Why a source has no content now.
enum Held {
    /// Something it needs is not here.
    Up(Standing, String),
    /// It cannot be read.
    Failed(SourceFailure),
}

impl From<NotOpened> for Held {
    fn from(error: NotOpened) -> Self {
        match error {
            NotOpened::Store(error) => Held::Failed(SourceFailure::lasting(error.to_string())),
            NotOpened::NoChart(message) => Held::Failed(SourceFailure::lasting(message)),
            NotOpened::Gone(what) => Held::Up(Standing::UnderWay, what),
        }
    }
}

/// The application follows its sources no longer. What they render to is forgotten unless others use it.
fn leave(state: &mut State, app: &AppKey) {
    let Some(former) = state.users.remove(app) else { return };
    for source in &former.wanted {
        for remote in source.remotes() {
            let Some(repository) = state.repositories.get_mut(remote) else { continue };
            repository.users.remove(app);
            repository.waiting.remove(app);
        }
    }
    let ids: BTreeSet<SourceId> = former.wanted.iter().filter_map(Wanted::id).collect();
    for id in ids {
        let is_same = |other: &Wanted| other.origin == id.origin && other.id().as_ref() == Some(&id);
        if !state.users.values().flat_map(|user| &user.wanted).any(is_same) {
            state.renders.forget(&id);
        }
    }
}
