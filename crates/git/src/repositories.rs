//! Real repositories: remote ones through mirrors, local ones in place.

use crate::commit::CommitInfo;
use crate::error::{GitError, Problem};
use crate::fetching::Talk;
use crate::flights::Flights;
use crate::oid::Oid;
use crate::options::{GitLimits, Timeouts};
use crate::refs::{RefScope, Refs};
use crate::remote::Remote;
use crate::repo_url::Place;
use crate::resolve::Wanted;
use crate::signed::{Signed, Visit};
use crate::source::{ChangeMark, GitSource};
use crate::store::{GitTree, LocalRepository, Mirror, Objects, Omitted, list_local, read_commit};
use crate::transport::Transports;
use clock::Offload;
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tree::Tree;

/// How many repositories are held open; beyond that the first in order is closed until it is used again.
const OPEN_MAX: usize = 4096;

/// How repositories are reached and kept.
#[derive(Debug, Clone)]
pub struct RepositoriesOptions {
    /// Where mirrors lie.
    pub data_dir: PathBuf,
    /// How large things may be.
    pub limits: GitLimits,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Whether repositories of this machine may be read.
    pub local: LocalRepositories,
}

/// Whether `file://` URLs and paths are served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LocalRepositories {
    /// Any that this process can read: for a person's own machine.
    #[default]
    Allowed,
    /// None: where those who name URLs must not read this machine's disk.
    Refused,
}

/// Real repositories. Cheap to clone; clones share mirrors and connections.
///
/// Assumption: used inside a Tokio runtime with its own clock; simulations use [`crate::MemoryGit`].
#[derive(Clone)]
pub struct Repositories(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) options: RepositoriesOptions,
    pub(crate) offload: Offload,
    pub(crate) transports: Transports,
    mirrors: Mutex<BTreeMap<String, Arc<Mirror>>>,
    locals: Mutex<BTreeMap<PathBuf, Arc<LocalRepository>>>,
    flights: Flights<(Remote, Wanted), Result<Oid, GitError>>,
    /// Remotes whose server let us in. What lies in a mirror is shown to nobody else.
    admitted: Mutex<BTreeSet<Remote>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RepositoriesOptions {
    /// Mirrors under `data_dir`, and otherwise the defaults.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        RepositoriesOptions {
            data_dir: data_dir.into(),
            limits: GitLimits::default(),
            timeouts: Timeouts::default(),
            local: LocalRepositories::default(),
        }
    }
}

impl Repositories {
    /// Repositories kept as `options` say; work on the disk goes to `offload`.
    #[must_use]
    pub fn new(options: RepositoriesOptions, offload: Offload) -> Self {
        Repositories(Arc::new(Inner {
            transports: Transports::new(options.timeouts, options.limits),
            options,
            offload,
            mirrors: Mutex::default(),
            locals: Mutex::default(),
            flights: Flights::new(),
            admitted: Mutex::default(),
        }))
    }
}

impl Inner {
    pub(crate) fn talk<'t>(&'t self, remote: &'t Remote) -> Talk<'t> {
        let (limits, timeouts) = (self.options.limits, self.options.timeouts);
        Talk { transports: &self.transports, remote, limits, timeouts }
    }

    pub(crate) async fn list(&self, remote: &Remote, scope: &RefScope) -> Result<Refs, Problem> {
        if let Place::Local(path) = remote.url.place() {
            self.may_be_local()?;
            let (path, scope, refs_max) = (path.clone(), scope.clone(), self.options.limits.refs_max);
            return self.offload.run(move || list_local(&path, &scope, refs_max)).await;
        }
        let refs = self.talk(remote).list(scope).await?;
        let mut admitted = lock(&self.admitted);
        if admitted.len() >= OPEN_MAX {
            admitted.clear();
        }
        admitted.insert(remote.clone());
        Ok(refs)
    }

    async fn ensure(&self, remote: &Remote, wanted: &Wanted) -> Result<Oid, Problem> {
        if let Place::Local(path) = remote.url.place() {
            let local = self.local(path)?;
            let wanted = wanted.clone();
            return self.offload.run(move || find_local(&local.objects, &wanted)).await;
        }
        let mirror = self.mirror(remote).await?;
        if !lock(&self.admitted).contains(remote) {
            self.be_admitted(remote, &mirror, wanted).await?;
        }
        if let Some(commit) = present(&mirror, wanted)? {
            return Ok(commit);
        }
        let _turn = mirror.fetching.lock().await;
        match present(&mirror, wanted)? {
            Some(commit) => Ok(commit),
            None => {
                let commit = self.talk(remote).fetch(&mirror, &self.offload, wanted).await?;
                self.remember_admission(remote, &mirror).await;
                Ok(commit)
            }
        }
    }

    /// Makes sure that the server lets this remote in. For a commit that is here it suffices that it once did, the same
    /// way to reach it and the same credentials: such a commit needs no host.
    async fn be_admitted(&self, remote: &Remote, mirror: &Arc<Mirror>, wanted: &Wanted) -> Result<(), Problem> {
        if present(mirror, wanted)?.is_some() {
            let (mirror, remote) = (Arc::clone(mirror), remote.clone());
            if self.offload.run(move || mirror.admits(&remote.digest())).await {
                return Ok(());
            }
        }
        self.list(remote, &RefScope::default()).await?;
        self.remember_admission(remote, mirror).await;
        Ok(())
    }

    async fn remember_admission(&self, remote: &Remote, mirror: &Arc<Mirror>) {
        let (own_mirror, own_remote) = (Arc::clone(mirror), remote.clone());
        // It only saves asking again.
        if let Err(problem) = self.offload.run(move || own_mirror.admit(&own_remote.digest())).await {
            tracing::debug!("{}: not remembered as readable: {problem}", remote.url);
        }
    }

    async fn tidy(&self, remote: &Remote, in_use: BTreeSet<Oid>) -> Result<(), Problem> {
        let known = lock(&self.mirrors).get(&remote.url.key()).cloned();
        let Some(mirror) = known else { return Ok(()) };
        let own = Arc::clone(&mirror);
        if !self.offload.run(move || own.is_cluttered()).await {
            return Ok(());
        }
        let turn = Arc::clone(&mirror.fetching).lock_owned().await;
        let limits = self.options.limits;
        self.offload
            .run(move || {
                // Held to the end of the work, even if nobody waits for that any more.
                let _turn = turn;
                if mirror.is_cluttered() { mirror.repack(&in_use, &limits) } else { Ok(()) }
            })
            .await
    }

    /// The wanted commit, if it is known at once that this remote may see it and that it is here.
    fn at_hand(&self, remote: &Remote, wanted: &Wanted) -> Option<Oid> {
        if !lock(&self.admitted).contains(remote) {
            return None;
        }
        let mirror = lock(&self.mirrors).get(&remote.url.key()).cloned()?;
        present(&mirror, wanted).ok().flatten()
    }

    pub(crate) async fn mirror(&self, remote: &Remote) -> Result<Arc<Mirror>, Problem> {
        let key = remote.url.key();
        if let Some(mirror) = lock(&self.mirrors).get(&key) {
            return Ok(Arc::clone(mirror));
        }
        let (data_dir, own_key) = (self.options.data_dir.clone(), key.clone());
        let opened = Arc::new(self.offload.run(move || Mirror::open(&data_dir, &own_key)).await?);
        let mut mirrors = lock(&self.mirrors);
        if mirrors.len() >= OPEN_MAX {
            mirrors.pop_first();
        }
        // Two may have opened it at once: all use the first.
        Ok(Arc::clone(mirrors.entry(key).or_insert(opened)))
    }

    pub(crate) fn may_be_local(&self) -> Result<(), Problem> {
        match self.options.local {
            LocalRepositories::Allowed => Ok(()),
            LocalRepositories::Refused => {
                Err(Problem::BadUrl { why: "local repositories are not allowed here".into() })
            }
        }
    }

    fn local(&self, path: &Path) -> Result<Arc<LocalRepository>, Problem> {
        self.may_be_local()?;
        if let Some(local) = lock(&self.locals).get(path).filter(|local| local.is_there()) {
            return Ok(Arc::clone(local));
        }
        let opened = Arc::new(LocalRepository::open(path)?);
        let mut locals = lock(&self.locals);
        if locals.len() >= OPEN_MAX {
            locals.pop_first();
        }
        locals.insert(path.to_owned(), Arc::clone(&opened));
        Ok(opened)
    }

    /// The objects to read a commit of `remote` from, and what may be missing from them.
    pub(crate) async fn objects(&self, remote: &Remote) -> Result<(Arc<Objects>, Omitted), Problem> {
        if let Place::Local(path) = remote.url.place() {
            return Ok((Arc::clone(&self.local(path)?.objects), Omitted::Nothing));
        }
        let mirror = self.mirror(remote).await?;
        Ok((mirror.objects(), Omitted::FilesLargerThan(self.options.limits.blob_bytes_max)))
    }

    async fn read(&self, remote: &Remote, commit: Oid) -> Result<(CommitInfo, GitTree), Problem> {
        let (objects, omitted) = self.objects(remote).await?;
        self.offload
            .run(move || {
                let (info, root) = read_commit(&objects, commit)?.ok_or(Problem::gone(commit))?;
                Ok((info, GitTree::new(objects, root, omitted)))
            })
            .await
    }
}

/// The wanted commit, if all of it is in the mirror.
fn present(mirror: &Mirror, wanted: &Wanted) -> Result<Option<Oid>, Problem> {
    match wanted {
        Wanted::Tip { commit, .. } | Wanted::Commit(commit) => Ok(mirror.has(*commit).then_some(*commit)),
        Wanted::Abbreviated(prefix) => match mirror.with_prefix(prefix).as_slice() {
            [] => Ok(None),
            [commit] => Ok(Some(*commit)),
            _ => Err(Problem::Ambiguous { prefix: prefix.clone() }),
        },
    }
}

fn find_local(objects: &Objects, wanted: &Wanted) -> Result<Oid, Problem> {
    let commit = match wanted {
        Wanted::Tip { commit, .. } | Wanted::Commit(commit) => *commit,
        Wanted::Abbreviated(prefix) => match objects.commits_with_prefix(prefix)?.as_slice() {
            [] => return Err(Problem::Gone { what: format!("commit {prefix}") }),
            [commit] => *commit,
            _ => return Err(Problem::Ambiguous { prefix: prefix.clone() }),
        },
    };
    objects.commit(commit)?.map(|(id, _)| id).ok_or(Problem::gone(commit))
}

impl GitSource for Repositories {
    fn list_refs<'a>(&'a self, remote: &'a Remote, scope: &'a RefScope) -> BoxFuture<'a, Result<Refs, GitError>> {
        async move { self.0.list(remote, scope).await.map_err(|problem| remote.error(problem)) }.boxed()
    }

    fn ensure_commit<'a>(&'a self, remote: &'a Remote, wanted: &'a Wanted) -> BoxFuture<'a, Result<Oid, GitError>> {
        if let Some(commit) = self.0.at_hand(remote, wanted) {
            return ready(Ok(commit)).boxed();
        }
        let (inner, own_remote, own_wanted) = (Arc::clone(&self.0), remote.clone(), wanted.clone());
        let fetch = async move {
            let found = inner.ensure(&own_remote, &own_wanted).await;
            found.map_err(|problem| own_remote.error(problem))
        };
        let panicked = remote.error(Problem::Store { detail: "fetching panicked; please report this".into() });
        let key = (remote.clone(), wanted.clone());
        self.0.flights.join(key, || fetch.boxed(), || Err(panicked)).boxed()
    }

    fn tree<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<Arc<dyn Tree>, GitError>> {
        async move {
            let read = self.0.read(remote, commit).await.map_err(|problem| remote.error(problem));
            read.map(|(_, tree)| Arc::new(tree) as Arc<dyn Tree>)
        }
        .boxed()
    }

    fn commit_info<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<CommitInfo, GitError>> {
        async move {
            let read = self.0.read(remote, commit).await.map_err(|problem| remote.error(problem));
            read.map(|(info, _)| info)
        }
        .boxed()
    }

    fn signed<'a>(&'a self, remote: &'a Remote, id: Oid) -> BoxFuture<'a, Result<Signed, GitError>> {
        async move { self.0.signed(remote, id).await.map_err(|problem| remote.error(problem)) }.boxed()
    }

    fn walk<'a>(&'a self, remote: &'a Remote, tip: Oid, visit: Visit) -> BoxFuture<'a, Result<(), GitError>> {
        async move { self.0.walk(remote, tip, visit).await.map_err(|problem| remote.error(problem)) }.boxed()
    }

    fn tidy<'a>(&'a self, remote: &'a Remote, in_use: BTreeSet<Oid>) -> BoxFuture<'a, Result<(), GitError>> {
        async move { self.0.tidy(remote, in_use).await.map_err(|problem| remote.error(problem)) }.boxed()
    }

    fn change_mark(&self, remote: &Remote) -> Option<ChangeMark> {
        let Place::Local(path) = remote.url.place() else { return None };
        // What cannot be opened has a mark too: it changes when the repository appears.
        Some(ChangeMark(self.0.local(path).map_or(0, |local| local.mark())))
    }
}
