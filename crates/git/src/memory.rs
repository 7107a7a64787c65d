//! Repositories in memory: for simulations and for tests of whoever reads repositories. Commits get the same names in
//! every run.

use crate::change::Change;
use crate::commit::{CommitInfo, Signature};
use crate::error::{GitError, Problem};
use crate::oid::Oid;
use crate::refs::{Ref, RefScope, Refs};
use crate::remote::Remote;
use crate::repo_url::RepoUrl;
use crate::resolve::Wanted;
use crate::signed::{Onward, Signed, Visit};
use crate::source::{ChangeMark, GitSource};
use futures::future::{BoxFuture, FutureExt, ready};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tree::{MemoryTree, Tree, TreePath};

/// Repositories by URL. Cheap to clone; clones are one store.
#[derive(Debug, Clone, Default)]
pub struct MemoryGit(Arc<Mutex<BTreeMap<String, Repository>>>);

#[derive(Debug, Default)]
struct Repository {
    commits: BTreeMap<Oid, (CommitInfo, Arc<MemoryTree>)>,
    refs: BTreeMap<String, Ref>,
    head: Option<String>,
    failure: Option<Problem>,
    fetch_failure: Option<Problem>,
    slowness: Slowness,
    /// What is signed, where anything is.
    signatures: BTreeMap<Oid, (Vec<u8>, String)>,
    /// Commits that were given out.
    fetched: BTreeSet<Oid>,
    changes: u64,
    listings: u64,
    fetches: u64,
}

/// How long a repository takes to answer; [`Duration::MAX`] means that it never does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slowness {
    /// For a listing of its refs.
    pub listing: Duration,
    /// For a commit that was not asked for before.
    pub fetch: Duration,
}

impl Slowness {
    /// A repository whose host accepts connections and never answers.
    #[must_use]
    pub fn never() -> Self {
        Slowness { listing: Duration::MAX, fetch: Duration::MAX }
    }
}

impl MemoryGit {
    /// No repositories yet; the first commit to a URL makes one, with its branch as HEAD.
    #[must_use]
    pub fn new() -> Self {
        MemoryGit::default()
    }

    /// Commits changes on top of a branch, and gives the commit's name. Paths that lead outside are left out.
    pub fn commit<P, C>(&self, url: &str, branch: &str, message: &str, changes: impl IntoIterator<Item = (P, C)>) -> Oid
    where
        P: AsRef<str>,
        C: Into<Change>,
    {
        let branch = format!("refs/heads/{branch}");
        self.change(url, |repository| {
            let parent = repository.refs.get(&branch).map(Ref::commit);
            let before = parent.and_then(|parent| repository.commits.get(&parent));
            let mut tree = before.map(|(_, tree)| MemoryTree::clone(tree)).unwrap_or_default();
            let mut hasher = Sha256::new();
            for (path, change) in changes {
                let (path, change) = (path.as_ref(), change.into());
                hasher.update(format!("{path}\0{change:?}\0"));
                if let Ok(path) = TreePath::parse(path) {
                    apply(&mut tree, path, &change);
                }
            }
            hasher.update(format!("{branch}\0{message}\0{parent:?}\0{}", repository.commits.len()));
            let mut id = [0; 20];
            id.copy_from_slice(&hasher.finalize()[..20]);
            let id = Oid::from_bytes(id);
            let who = author(repository.commits.len());
            let parents = parent.into_iter().collect();
            let message = message.to_owned();
            let info = CommitInfo { id, parents, author: who.clone(), committer: who, message, signed: false };
            repository.commits.insert(id, (info, Arc::new(tree)));
            repository.refs.insert(branch.clone(), Ref { name: branch.clone(), target: id, peeled: None });
            repository.head.get_or_insert(branch);
            id
        })
    }

    /// Points a branch at a commit, as a force-push does.
    pub fn set_branch(&self, url: &str, branch: &str, commit: Oid) {
        self.set_ref(url, format!("refs/heads/{branch}"), commit);
    }

    /// Points a tag at a commit.
    pub fn set_tag(&self, url: &str, tag: &str, commit: Oid) {
        self.set_ref(url, format!("refs/tags/{tag}"), commit);
    }

    fn set_ref(&self, url: &str, name: String, commit: Oid) {
        self.change(url, |repository| repository.refs.insert(name.clone(), Ref { name, target: commit, peeled: None }));
    }

    /// Puts an annotated tag on a commit; gives the tag's own name.
    pub fn annotate(&self, url: &str, tag: &str, commit: Oid) -> Oid {
        let mut id = [0; 20];
        id.copy_from_slice(&Sha256::digest(format!("tag {tag} of {commit}"))[..20]);
        let (id, name) = (Oid::from_bytes(id), format!("refs/tags/{tag}"));
        let entry = Ref { name: name.clone(), target: id, peeled: Some(commit) };
        self.change(url, |repository| repository.refs.insert(name, entry));
        id
    }

    /// Signs a commit or an annotated tag: a signature that was made of `text`.
    pub fn sign(&self, url: &str, id: Oid, text: &[u8], signature: &str) {
        let signature = (text.to_vec(), signature.to_owned());
        self.change(url, |repository| repository.signatures.insert(id, signature));
    }

    /// Takes a branch away; its commits stay.
    pub fn delete_branch(&self, url: &str, branch: &str) {
        self.change(url, |repository| repository.refs.remove(&format!("refs/heads/{branch}")));
    }

    /// From now on every request fails like this; `None` ends that.
    pub fn fail(&self, url: &str, failure: Option<Problem>) {
        self.change(url, |repository| repository.failure = failure);
    }

    /// From now on commits that were not given out before cannot be had, for this reason; `None` ends that.
    pub fn fail_fetches(&self, url: &str, failure: Option<Problem>) {
        self.change(url, |repository| repository.fetch_failure = failure);
    }

    /// From now on all commits there are count as given out before: they are at hand, whatever happens to the host.
    pub fn fetched(&self, url: &str) {
        self.change(url, |repository| repository.fetched = repository.commits.keys().copied().collect());
    }

    /// From now on every request takes this long.
    pub fn slow(&self, url: &str, slowness: Slowness) {
        self.change(url, |repository| repository.slowness = slowness);
    }

    /// How often the refs of that repository were listed.
    #[must_use]
    pub fn listings(&self, url: &str) -> u64 {
        self.lock().get(&key(url)).map_or(0, |repository| repository.listings)
    }

    /// How often a commit of that repository was asked for that was not at hand.
    #[must_use]
    pub fn fetches(&self, url: &str) -> u64 {
        self.lock().get(&key(url)).map_or(0, |repository| repository.fetches)
    }

    fn slowness(&self, remote: &Remote) -> Slowness {
        self.lock().get(&remote.url.key()).map_or(Slowness::default(), |repository| repository.slowness)
    }

    /// The commit, if it was given out before: that needs no host.
    fn at_hand(&self, remote: &Remote, wanted: &Wanted) -> Option<Oid> {
        let (Wanted::Tip { commit, .. } | Wanted::Commit(commit)) = wanted else { return None };
        let all = self.lock();
        all.get(&remote.url.key())?.fetched.contains(commit).then_some(*commit)
    }

    /// What is known of a commit that was given out.
    fn read<T>(
        &self,
        remote: &Remote,
        commit: Oid,
        read: impl FnOnce(&CommitInfo, &Arc<MemoryTree>) -> T,
    ) -> Result<T, GitError> {
        let all = self.lock();
        let found = all.get(&remote.url.key()).and_then(|repository| repository.commits.get(&commit));
        found.map(|(info, tree)| read(info, tree)).ok_or_else(|| remote.error(Problem::gone(commit)))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Repository>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, url: &str, change: impl FnOnce(&mut Repository) -> T) -> T {
        let mut all = self.lock();
        let repository = all.entry(key(url)).or_default();
        repository.changes += 1;
        change(repository)
    }

    fn answer<T>(
        &self,
        remote: &Remote,
        ask: impl FnOnce(&mut Repository) -> Result<T, Problem>,
    ) -> Result<T, GitError> {
        let mut all = self.lock();
        let answer = match all.get_mut(&remote.url.key()) {
            None => Err(Problem::NotFound),
            Some(repository) => match repository.failure.clone() {
                Some(failure) => {
                    repository.listings += 1;
                    Err(failure)
                }
                None => ask(repository),
            },
        };
        answer.map_err(|problem| remote.error(problem))
    }
}

impl Repository {
    fn signed(&self, id: Oid) -> Option<Signed> {
        let (text, signature) = match self.signatures.get(&id) {
            Some((text, signature)) => (text.clone(), Some(signature.clone())),
            None => (Vec::new(), None),
        };
        let tag = self.refs.values().find(|entry| entry.target == id && entry.peeled.is_some());
        let of = tag.map_or(id, Ref::commit);
        let (info, _) = self.commits.get(&of)?;
        let parents = if tag.is_some() { Vec::new() } else { info.parents.clone() };
        Some(Signed { id, parents, who: info.author.display(), message: info.message.clone(), text, signature })
    }
}

async fn wait(pause: Duration) {
    if pause == Duration::MAX {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(pause).await;
}

fn after<'a, T: Send + 'a>(pause: Duration, answer: T) -> BoxFuture<'a, T> {
    if pause.is_zero() {
        return ready(answer).boxed();
    }
    async move {
        wait(pause).await;
        answer
    }
    .boxed()
}

impl Repository {
    fn list(&mut self, scope: &RefScope) -> Refs {
        self.listings += 1;
        let head = self.head.as_ref().and_then(|head| self.refs.get(head));
        let head = head.map(|branch| Ref { name: "HEAD".into(), ..branch.clone() });
        let listed = |entry: &&Ref| scope.prefixes().any(|prefix| entry.name.starts_with(prefix));
        let list = head.into_iter().chain(self.refs.values().filter(listed).cloned()).collect();
        Refs { list, head_target: self.head.clone(), scope: scope.clone() }
    }

    fn fetch(&mut self, wanted: &Wanted) -> Result<Oid, Problem> {
        self.fetches += 1;
        if let Some(failure) = &self.fetch_failure {
            return Err(failure.clone());
        }
        match wanted {
            Wanted::Tip { commit, .. } | Wanted::Commit(commit) => match self.commits.contains_key(commit) {
                true => {
                    self.fetched.insert(*commit);
                    Ok(*commit)
                }
                false => Err(Problem::gone(*commit)),
            },
            Wanted::Abbreviated(prefix) => {
                let mut fitting = self.commits.keys().filter(|commit| commit.to_string().starts_with(prefix.as_str()));
                match (fitting.next(), fitting.next()) {
                    (Some(commit), None) => Ok(*commit),
                    (None, _) => Err(Problem::Gone { what: format!("commit {prefix}") }),
                    (Some(_), Some(_)) => Err(Problem::Ambiguous { prefix: prefix.clone() }),
                }
            }
        }
    }
}

impl GitSource for MemoryGit {
    /// What the refs are when it begins is what it gives when it ends.
    fn list_refs<'a>(&'a self, remote: &'a Remote, scope: &'a RefScope) -> BoxFuture<'a, Result<Refs, GitError>> {
        let pause = self.slowness(remote).listing;
        let listed = self.answer(remote, |repository| Ok(repository.list(scope)));
        after(pause, listed)
    }

    fn ensure_commit<'a>(&'a self, remote: &'a Remote, wanted: &'a Wanted) -> BoxFuture<'a, Result<Oid, GitError>> {
        if let Some(commit) = self.at_hand(remote, wanted) {
            return ready(Ok(commit)).boxed();
        }
        let pause = self.slowness(remote).fetch;
        if pause.is_zero() {
            return ready(self.answer(remote, |repository| repository.fetch(wanted))).boxed();
        }
        async move {
            wait(pause).await;
            self.answer(remote, |repository| repository.fetch(wanted))
        }
        .boxed()
    }

    fn tree<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<Arc<dyn Tree>, GitError>> {
        ready(self.read(remote, commit, |_, tree| Arc::clone(tree) as Arc<dyn Tree>)).boxed()
    }

    fn commit_info<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<CommitInfo, GitError>> {
        ready(self.read(remote, commit, |info, _| info.clone())).boxed()
    }

    fn signed<'a>(&'a self, remote: &'a Remote, id: Oid) -> BoxFuture<'a, Result<Signed, GitError>> {
        let found = self.lock().get(&remote.url.key()).and_then(|repository| repository.signed(id));
        ready(found.ok_or_else(|| remote.error(Problem::gone(id)))).boxed()
    }

    fn walk<'a>(&'a self, remote: &'a Remote, tip: Oid, mut visit: Visit) -> BoxFuture<'a, Result<(), GitError>> {
        let all = self.lock();
        let (mut next, mut seen) = (vec![tip], BTreeSet::new());
        while let Some(id) = next.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Some(found) = all.get(&remote.url.key()).and_then(|repository| repository.signed(id)) else {
                return ready(Err(remote.error(Problem::gone(id)))).boxed();
            };
            if visit(&found) == Onward::Parents {
                next.extend(found.parents);
            }
        }
        ready(Ok(())).boxed()
    }

    /// Only `file://` URLs and paths have one, as with real repositories.
    fn change_mark(&self, remote: &Remote) -> Option<ChangeMark> {
        let all = self.lock();
        remote.is_local().then(|| ChangeMark(all.get(&remote.url.key()).map_or(0, |repository| repository.changes)))
    }
}

fn key(url: &str) -> String {
    RepoUrl::parse(url).map_or_else(|_| url.to_owned(), |url| url.key())
}

fn apply(tree: &mut MemoryTree, path: TreePath, change: &Change) {
    match change {
        Change::File(content) => tree.insert_file(path, content.clone()),
        Change::Link(target) => tree.insert_link(path, target),
        Change::Remove => tree.remove(&path),
    }
}

/// The author of the n-th commit, one second after the one before.
fn author(number: usize) -> Signature {
    let seconds = 1_767_225_600 + i64::try_from(number).unwrap_or(i64::MAX / 2);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    Signature { name: "Example Author".into(), email: "author@example.com".into(), time }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::resolve;

    const URL: &str = "https://git.example/repo.git";

    #[tokio::test]
    async fn a_commit_is_listed_found_and_read() {
        let git = MemoryGit::new();
        let remote = Remote::parse(URL).expect("a URL");
        let first = git.commit(URL, "main", "first", [("app/a.yaml", "a: 1"), ("app/b.yaml", "b: 1")]);
        let second = git.commit(URL, "main", "second", [("app/b.yaml", Change::Remove)]);
        let refs = git.list_refs(&remote, &RefScope::default()).await.expect("listed");
        let wanted = resolve(&refs, "HEAD").expect("HEAD leads to main");
        assert_eq!(git.ensure_commit(&remote, &wanted).await, Ok(second));
        let info = git.commit_info(&remote, second).await.expect("there");
        assert_eq!((info.subject(), &info.parents), ("second", &vec![first]));
        let tree = git.tree(&remote, second).await.expect("there");
        let names = tree.list(&TreePath::parse("app").expect("a path")).expect("a directory");
        assert_eq!(names.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a.yaml"]);
    }

    #[tokio::test]
    async fn the_same_commits_get_the_same_names_and_others_differ() {
        let run = || MemoryGit::new().commit(URL, "main", "first", [("a", "1")]);
        assert_eq!(run(), run());
        let git = MemoryGit::new();
        let first = git.commit(URL, "main", "m", [("a", "1")]);
        assert_ne!(first, git.commit(URL, "main", "m", [("a", "1")]));
    }

    #[tokio::test]
    async fn failures_reach_whoever_asks() {
        let git = MemoryGit::new();
        let remote = Remote::parse(URL).expect("a URL");
        let asked = git.list_refs(&remote, &RefScope::default()).await;
        assert_eq!(asked, Err(Problem::NotFound.of(URL)));
        git.commit(URL, "main", "m", [("a", "1")]);
        git.fail(URL, Some(Problem::ServerFailed { status: 500 }));
        let asked = git.list_refs(&remote, &RefScope::default()).await;
        assert_eq!(asked, Err(Problem::ServerFailed { status: 500 }.of(URL)));
    }
}
