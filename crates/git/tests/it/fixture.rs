//! Repositories to serve, and the source under test.

use clock::Offload;
use git::{
    Change, GitError, GitSource, Layout, NewCommit, Oid, RefScope, Refs, Remote, Repositories, RepositoriesOptions,
    Signature, commit_files, resolve,
};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use tempfile::TempDir;
use tree::{Tree, TreePath};

/// A directory that holds a served repository (`srv/repo.git`) and the mirrors (`data`).
pub struct Fixture {
    pub dir: TempDir,
    pub git: Repositories,
}

impl Fixture {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(adjust: impl FnOnce(&mut RepositoriesOptions)) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(dir.path().join("srv")).expect("made");
        let mut options = RepositoriesOptions::new(dir.path().join("data"));
        adjust(&mut options);
        let git = Repositories::new(options, Offload::pool(4));
        Fixture { dir, git }
    }

    pub fn srv(&self) -> PathBuf {
        self.dir.path().join("srv")
    }

    pub fn repository(&self) -> PathBuf {
        self.srv().join("repo.git")
    }

    /// Commits to the served repository.
    pub fn commit<C: Into<Change> + Clone>(&self, branch: &str, files: &[(&str, C)]) -> Oid {
        commit(&self.repository(), Layout::Bare, branch, files)
    }

    /// A source with nothing in memory, on the same disk.
    pub fn restarted(&self) -> Repositories {
        Repositories::new(RepositoriesOptions::new(self.dir.path().join("data")), Offload::pool(4))
    }

    pub async fn list(&self, remote: &Remote) -> Result<Refs, GitError> {
        self.git.list_refs(remote, &RefScope::default()).await
    }

    /// Lists, resolves, fetches and opens a revision.
    pub async fn open(&self, remote: &Remote, revision: &str) -> Result<(Oid, Arc<dyn Tree>), GitError> {
        open(&self.git, remote, revision).await
    }
}

pub async fn open(git: &Repositories, remote: &Remote, revision: &str) -> Result<(Oid, Arc<dyn Tree>), GitError> {
    let refs = git.list_refs(remote, &RefScope::default()).await?;
    let wanted = resolve(&refs, revision).expect("the revision resolves");
    let commit = git.ensure_commit(remote, &wanted).await?;
    Ok((commit, git.tree(remote, commit).await?))
}

pub fn commit<C: Into<Change> + Clone>(path: &Path, layout: Layout, branch: &str, files: &[(&str, C)]) -> Oid {
    let time = "2026-01-01T00:00:00Z".parse().expect("a time");
    let author = Signature { name: "Example Author".into(), email: "author@example.com".into(), time };
    let changes = files.iter().map(|(path, change)| ((*path).to_owned(), change.clone().into())).collect();
    let commit = NewCommit { branch: branch.into(), message: "A change\n\nwith a reason\n".into(), author, changes };
    commit_files(path, layout, &commit).expect("committed")
}

pub fn remote(url: &str) -> Remote {
    Remote::parse(url).expect("a URL")
}

pub fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a path")
}

pub fn text(tree: &Arc<dyn Tree>, at: &str) -> String {
    let content = tree.read(&path(at), 1 << 20).expect("a file");
    String::from_utf8(content.to_vec()).expect("text")
}

/// Runs git itself, away from the user's configuration.
pub fn run_git(directory: &Path, arguments: &[&str]) -> Output {
    let output = git_command(directory).args(arguments).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

pub fn git_command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory);
    for (name, value) in git_environment() {
        command.env(name, value);
    }
    command
}

/// The repositories may belong to somebody else than the user of the test machine, who has no name for commits.
pub fn git_environment() -> [(&'static str, &'static str); 9] {
    [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", "*"),
        ("GIT_AUTHOR_NAME", "Somebody"),
        ("GIT_AUTHOR_EMAIL", "somebody@example.com"),
        ("GIT_COMMITTER_NAME", "Somebody"),
        ("GIT_COMMITTER_EMAIL", "somebody@example.com"),
    ]
}
