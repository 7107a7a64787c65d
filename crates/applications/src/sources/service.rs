//! Keeps the refs of all repositories in use current, renders what is asked for, and tells applications what changed.

use super::renders::{Content, Renders, SourceId};
use crate::AppKey;
use budget::Budget;
use clock::Offload;
use git::{
    Failure, GitError, GitSource, Oid, RefState, RefSubscription, RefWatcher, Refs, Remote, ResolveError, resolve,
};
use jiff::Timestamp;
use render::Input;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a pass waits for refs that somebody wants fresh; what takes longer is told when it comes.
const REFRESH_WAIT: Duration = Duration::from_secs(5);

/// Refs this fresh are fresh enough for whoever wants fresh ones: many applications of one repository that appear
/// together share one listing.
const FRESH: Duration = Duration::from_millis(50);

/// Tells applications that something they read has changed.
pub trait WakeApps: Send + Sync + 'static {
    /// The refs this application follows lead to other content, or cannot be read, or can be again.
    fn content_changed(&self, app: &AppKey);
    /// The revision this application follows has another name, and the same content.
    fn revision_renamed(&self, app: &AppKey);
}

/// What an application wants to know about one of its sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The repository.
    pub remote: Remote,
    /// What to render; `None` for a source that lends its files only.
    pub input: Option<Input>,
    /// Branch, tag, commit; empty means HEAD.
    pub revision: String,
}

impl Wanted {
    fn id(&self) -> Option<SourceId> {
        self.input.as_ref().map(|input| SourceId::new(self.remote.clone(), input))
    }
}

/// What is known of one source.
#[derive(Debug, Clone)]
pub enum SourceSeen {
    /// Its refs were not read yet.
    Unread,
    /// The revision it means, and what that renders to; `None` while it is not rendered.
    Resolved {
        /// The commit's name, or the first digits that were asked for.
        revision: git::Wanted,
        /// What it renders to.
        content: Option<Arc<Content>>,
        /// The repository cannot be read at the moment; what was read last still holds.
        stale: Option<SourceFailure>,
    },
    /// It lends its files only.
    Lent {
        /// The commit's name.
        revision: git::Wanted,
    },
    /// It cannot be read.
    Failed(SourceFailure),
}

/// Why a source cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFailure {
    /// In words.
    pub message: String,
    /// Since when, where it may pass by itself.
    pub since: Option<Timestamp>,
    /// When it is tried again at the latest.
    pub next: Option<Timestamp>,
}

impl From<&Failure> for SourceFailure {
    fn from(failure: &Failure) -> Self {
        SourceFailure { message: failure.error.to_string(), since: Some(failure.since), next: Some(failure.next) }
    }
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
}

/// All sources of all applications. Cheap to clone.
#[derive(Clone)]
pub struct Sources(Arc<Shared>);

struct Shared {
    git: Arc<dyn GitSource>,
    watcher: RefWatcher,
    offload: Offload,
    wake: Arc<dyn WakeApps>,
    counters: Arc<Counters>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    repositories: BTreeMap<Remote, Repository>,
    users: BTreeMap<AppKey, Vec<Wanted>>,
    renders: Renders,
}

struct Repository {
    subscription: RefSubscription,
    follower: JoinHandle<()>,
    users: BTreeSet<AppKey>,
    /// When a fresh listing was last asked for.
    asked: Instant,
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Sources {
    /// No sources yet.
    #[must_use]
    pub fn new(git: Arc<dyn GitSource>, watcher: RefWatcher, offload: Offload, wake: Arc<dyn WakeApps>) -> Self {
        let (counters, state) = (Arc::default(), Mutex::default());
        Sources(Arc::new(Shared { git, watcher, offload, wake, counters, state }))
    }

    /// How much work was done so far.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.0.counters)
    }

    /// What is known of the sources that `app` follows; from now on it is told when that changes. Never waits.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn follow(&self, app: &AppKey, wanted: &[Wanted]) -> Vec<SourceSeen> {
        let mut state = self.lock();
        if state.users.get(app).is_none_or(|known| known != wanted) {
            self.leave(&mut state, app);
            for source in wanted {
                let repository =
                    state.repositories.entry(source.remote.clone()).or_insert_with(|| self.open(&source.remote));
                repository.users.insert(app.clone());
                repository.subscription.want(&source.revision);
            }
            state.users.insert(app.clone(), wanted.to_vec());
        }
        wanted.iter().map(|source| see(&state, source)).collect()
    }

    /// What is known of sources without following them: those of an operation on another revision.
    #[must_use]
    pub fn look(&self, wanted: &[Wanted]) -> Vec<SourceSeen> {
        let mut state = self.lock();
        for source in wanted {
            let repository =
                state.repositories.entry(source.remote.clone()).or_insert_with(|| self.open(&source.remote));
            repository.subscription.want(&source.revision);
        }
        wanted.iter().map(|source| see(&state, source)).collect()
    }

    /// Forgets what these sources render to: they are rendered anew.
    pub fn forget_renders(&self, wanted: &[Wanted]) {
        let mut state = self.lock();
        wanted.iter().filter_map(Wanted::id).for_each(|id| state.renders.forget(&id));
    }

    /// The application is gone.
    pub fn forget(&self, app: &AppKey) {
        let mut state = self.lock();
        self.leave(&mut state, app);
        state.repositories.retain(|_, repository| !repository.users.is_empty());
    }

    fn leave(&self, state: &mut State, app: &AppKey) {
        let Some(former) = state.users.remove(app) else { return };
        for source in former {
            if let Some(repository) = state.repositories.get_mut(&source.remote) {
                repository.users.remove(app);
            }
            let id = source.id();
            let is_shared =
                state.users.values().flatten().any(|other| other.remote == source.remote && other.id() == id);
            if let (Some(id), false) = (id, is_shared) {
                state.renders.forget(&id);
            }
        }
    }

    /// Has the refs of these sources listed anew, and waits for it, but not long.
    pub async fn refresh(&self, wanted: &[Wanted]) {
        let mut stale = Vec::new();
        let mut unread = Vec::new();
        {
            let mut state = self.lock();
            for source in wanted {
                let Some(repository) = state.repositories.get_mut(&source.remote) else { continue };
                if repository.asked.elapsed() >= FRESH {
                    repository.asked = Instant::now();
                    stale.push(repository.subscription.clone());
                } else {
                    unread.push(repository.subscription.clone());
                }
            }
        }
        let listed = futures::future::join_all(stale.iter().map(RefSubscription::refresh_now));
        let known = futures::future::join_all(unread.iter_mut().map(RefSubscription::known));
        let all = futures::future::join(listed, known);
        // What takes longer goes on by itself, and the applications are told.
        let _ = tokio::time::timeout(REFRESH_WAIT, all).await;
    }

    /// Tells that somebody looks at this application: its repositories are asked more often for a while.
    pub fn touch(&self, app: &AppKey) {
        let state = self.lock();
        let repositories = state.repositories.values().filter(|repository| repository.users.contains(app));
        repositories.for_each(|repository| repository.subscription.touch());
    }

    /// Renders one source at one revision, unless that is known; fetches the commit first where needed.
    pub async fn render(&self, wanted: &Wanted, revision: &git::Wanted) -> SourceSeen {
        match self.content(wanted, revision).await {
            Ok((commit, content)) => {
                let revision = if matches!(revision, git::Wanted::Abbreviated(_)) {
                    git::Wanted::Commit(commit)
                } else {
                    revision.clone()
                };
                match content {
                    Some(content) => SourceSeen::Resolved { revision, content: Some(content), stale: None },
                    None => SourceSeen::Lent { revision },
                }
            }
            Err(error) => SourceSeen::Failed(SourceFailure { message: error.to_string(), since: None, next: None }),
        }
    }

    async fn content(&self, wanted: &Wanted, revision: &git::Wanted) -> Result<(Oid, Option<Arc<Content>>), GitError> {
        let commit = self.0.git.ensure_commit(&wanted.remote, revision).await?;
        let (Some(id), Some(input)) = (wanted.id(), wanted.input.clone()) else { return Ok((commit, None)) };
        if let Some(content) = self.lock().renders.get(&id, commit) {
            return Ok((commit, Some(content)));
        }
        let tree = self.0.git.tree(&wanted.remote, commit).await?;
        let former = self.lock().renders.contents(&id);
        let job = move || {
            let same = former.into_iter().find(|content| content.rendered.reads.unchanged_in(&*tree).unwrap_or(false));
            same.ok_or_else(|| render::render(&input, &*tree, &mut Budget::default()))
        };
        let outcome = self.0.offload.run(job).await;
        let mut state = self.lock();
        Ok((
            commit,
            Some(match outcome {
                Ok(same) => {
                    self.0.counters.spared.fetch_add(1, Ordering::Relaxed);
                    state.renders.confirm(&id, &same, commit);
                    same
                }
                Err(rendered) => {
                    self.0.counters.renders.fetch_add(1, Ordering::Relaxed);
                    state.renders.insert(&id, commit, rendered)
                }
            }),
        ))
    }

    fn open(&self, remote: &Remote) -> Repository {
        let subscription = self.0.watcher.subscribe(remote);
        let follower = tokio::spawn(follow(Arc::downgrade(&self.0), remote.clone(), subscription.clone()));
        Repository { subscription, follower, users: BTreeSet::new(), asked: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn see(state: &State, wanted: &Wanted) -> SourceSeen {
    let Some(repository) = state.repositories.get(&wanted.remote) else { return SourceSeen::Unread };
    let refs = repository.subscription.state();
    match resolved(&refs, &wanted.revision) {
        Err(seen) => seen,
        Ok(revision) => match (wanted.id(), commit_of(&revision)) {
            (None, _) => SourceSeen::Lent { revision },
            (Some(id), commit) => {
                let content = commit.and_then(|commit| state.renders.get(&id, commit));
                let stale = refs.failure.as_deref().map(SourceFailure::from);
                SourceSeen::Resolved { revision, content, stale }
            }
        },
    }
}

#[expect(clippy::result_large_err, reason = "the error is what the caller returns as it is")]
fn resolved(state: &RefState, revision: &str) -> Result<git::Wanted, SourceSeen> {
    if let Some(commit) = Oid::parse(revision) {
        // Compat: a full commit name means itself; the repository is not asked.
        return Ok(git::Wanted::Commit(commit));
    }
    let failed = |message: String| SourceSeen::Failed(SourceFailure { message, since: None, next: None });
    match (&state.refs, &state.failure) {
        (Some(refs), _) => match resolve(refs, revision) {
            Ok(wanted) => Ok(wanted),
            Err(ResolveError::NotListed { .. }) => Err(SourceSeen::Unread),
            Err(error) => Err(failed(error.to_string())),
        },
        (None, Some(failure)) => Err(SourceSeen::Failed(SourceFailure::from(&**failure))),
        (None, None) => Err(SourceSeen::Unread),
    }
}

fn commit_of(revision: &git::Wanted) -> Option<Oid> {
    match revision {
        git::Wanted::Tip { commit, .. } | git::Wanted::Commit(commit) => Some(*commit),
        git::Wanted::Abbreviated(_) => None,
    }
}

/// Watches one repository and tells its applications what a change of refs means for them.
async fn follow(shared: Weak<Shared>, remote: Remote, mut subscription: RefSubscription) {
    let mut before = RefState::default();
    loop {
        let state = subscription.changed().await;
        let Some(shared) = shared.upgrade() else { return };
        match (&before, &state) {
            (RefState { refs: Some(before), failure: None, .. }, RefState { refs: Some(refs), failure: None, .. }) => {
                sort_by_content(&shared, &remote, before, refs).await
            }
            _ => users_of(&shared, &remote).iter().for_each(|(app, _)| shared.wake.content_changed(app)),
        }
        before = state;
    }
}

fn users_of(shared: &Shared, remote: &Remote) -> Vec<(AppKey, Vec<Wanted>)> {
    let state = shared.lock();
    let Some(repository) = state.repositories.get(remote) else { return Vec::new() };
    let of = |app: &AppKey| {
        let wanted = state.users.get(app).into_iter().flatten().filter(|source| source.remote == *remote).cloned();
        (app.clone(), wanted.collect())
    };
    repository.users.iter().map(of).collect()
}

/// Wakes at once those whose content a change of refs may have changed, and later those for whom it is a new name only.
async fn sort_by_content(shared: &Arc<Shared>, remote: &Remote, before: &Refs, refs: &Refs) {
    let mut renamed = Vec::new();
    let mut trees = BTreeMap::new();
    for (app, wanted) in users_of(shared, remote) {
        let mut changes = Vec::new();
        for source in &wanted {
            changes.push(change(shared, source, before, refs, &mut trees).await);
        }
        match changes.into_iter().max() {
            Some(Change::Content) => shared.wake.content_changed(&app),
            Some(Change::Name) => renamed.push(app),
            Some(Change::Nothing) | None => {}
        }
    }
    renamed.iter().for_each(|app| shared.wake.revision_renamed(app));
}

/// What a change of refs means for one source, from least to most.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    Name,
    Content,
}

async fn change(
    shared: &Arc<Shared>,
    source: &Wanted,
    before: &Refs,
    refs: &Refs,
    trees: &mut BTreeMap<Oid, Arc<dyn tree::Tree>>,
) -> Change {
    let (former, current) = (resolve(before, &source.revision), resolve(refs, &source.revision));
    if former == current {
        return Change::Nothing;
    }
    let (Ok(former), Ok(revision), Some(id)) = (former, current, source.id()) else { return Change::Content };
    let (Some(former), Some(commit)) = (commit_of(&former), commit_of(&revision)) else { return Change::Content };
    let (known, content) = {
        let state = shared.lock();
        (state.renders.get(&id, commit), state.renders.get(&id, former))
    };
    let Some(content) = content else { return Change::Content };
    if let Some(known) = known {
        return if known.number == content.number { Change::Name } else { Change::Content };
    }
    let tree = match trees.get(&commit) {
        Some(tree) => Arc::clone(tree),
        None => {
            let Some(tree) = open_tree(shared, source, &revision).await else { return Change::Content };
            trees.insert(commit, Arc::clone(&tree));
            tree
        }
    };
    let same = Arc::clone(&content);
    let is_same = shared.offload.run(move || same.rendered.reads.unchanged_in(&*tree).unwrap_or(false)).await;
    if !is_same {
        return Change::Content;
    }
    shared.counters.spared.fetch_add(1, Ordering::Relaxed);
    shared.lock().renders.confirm(&id, &content, commit);
    Change::Name
}

async fn open_tree(shared: &Shared, source: &Wanted, revision: &git::Wanted) -> Option<Arc<dyn tree::Tree>> {
    let commit = shared.git.ensure_commit(&source.remote, revision).await.ok()?;
    shared.git.tree(&source.remote, commit).await.ok()
}
