//! Fetches what is needed.

use crate::sources::need::Need;
use bytes::Bytes;
use charts::{ChartError, Charts};
use git::{GitError, GitSource, Oid, RefScope, Remote, Retry};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tree::Tree;

/// How many fetches run at a time from one host. There is no limit for all hosts together: dead ones would use it up.
const OF_HOST_MAX: usize = 4;

/// How many hosts are noted before those that nobody fetches from are forgotten.
const HOSTS_MAX: usize = 256;

/// The largest file behind an address: far beyond any values file.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Fetches what is needed. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    git: Arc<dyn GitSource>,
    charts: Option<Charts>,
    hosts: Arc<Mutex<BTreeMap<String, Weak<Semaphore>>>>,
}

/// Whether what was fetched before is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Of what never changes.
    Kept,
    /// Nothing: somebody wants everything anew.
    Nothing,
}

/// Something that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Had {
    /// What people call it: a version, a commit.
    pub name: String,
    /// What tells its content apart.
    pub mark: String,
    /// Where it is kept.
    pub got: Got,
}

/// Where something that was fetched is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub enum Got {
    /// In the folder of charts, by its SHA-256.
    Kept(String),
    /// In the mirror of a repository.
    Commit(Remote, Oid),
}

/// Something that could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// In words.
    pub message: String,
    /// When trying again makes sense.
    pub retry: Retry,
}

/// Something that was fetched, opened for reading.
#[derive(Clone)]
pub enum Stored {
    /// A file or an archive.
    Content(Bytes),
    /// The files of a commit.
    Files(Arc<dyn Tree>),
}

impl Fetcher {
    /// Fetches charts and files only where there is somebody to do it.
    #[must_use]
    pub fn new(git: Arc<dyn GitSource>, charts: Option<Charts>) -> Self {
        Fetcher { git, charts, hosts: Arc::default() }
    }

    /// Fetches.
    ///
    /// # Errors
    /// In words, without credentials.
    pub async fn fetch(&self, need: &Need, trust: Trust) -> Result<Had, Missed> {
        if let (Need::Chart(wanted), Trust::Kept, Some(charts)) = (need, trust, &self.charts)
            && let Some(kept) = charts.kept_version(wanted).await
        {
            return Ok(chart(kept));
        }
        let _turn = self.turn(&need.host()).await;
        match need {
            Need::Chart(wanted) => self.charts()?.fetch(wanted).await.map(chart).map_err(|error| of_chart(&error)),
            Need::File { url, access } => {
                let fetched = self.charts()?.fetch_file(url, access, FILE_BYTES_MAX).await;
                let fetched = fetched.map_err(|error| of_chart(&error))?;
                let mark = fetched.digest;
                Ok(Had { name: mark.clone(), got: Got::Kept(mark.clone()), mark })
            }
            Need::Repository { remote, revision } => self.commit(remote, revision).await,
        }
    }

    async fn commit(&self, remote: &Remote, revision: &str) -> Result<Had, Missed> {
        let wanted = match Oid::parse(revision) {
            Some(commit) => git::Wanted::Commit(commit),
            None => {
                let mut scope = RefScope::default();
                scope.add_revision(revision);
                let refs = self.git.list_refs(remote, &scope).await.map_err(|error| of_git(&error))?;
                git::resolve(&refs, revision).map_err(|error| Missed {
                    message: format!("{}: {error}", remote.url),
                    retry: Retry::WhenChanged,
                })?
            }
        };
        let commit = self.git.ensure_commit(remote, &wanted).await.map_err(|error| of_git(&error))?;
        Ok(Had { name: commit.to_string(), mark: commit.to_string(), got: Got::Commit(remote.clone(), commit) })
    }

    /// Opens what was fetched; `None` when it is not here any more.
    pub async fn open(&self, had: &Had) -> Option<Stored> {
        match &had.got {
            Got::Kept(digest) => self.charts.as_ref()?.kept(digest).await.map(Stored::Content),
            Got::Commit(remote, commit) => self.git.tree(remote, *commit).await.ok().map(Stored::Files),
        }
    }

    fn charts(&self) -> Result<&Charts, Missed> {
        let nobody = || Missed { message: "nothing fetches charts or files here".into(), retry: Retry::WhenChanged };
        self.charts.as_ref().ok_or_else(nobody)
    }

    /// Waits until few others fetch from this host.
    async fn turn(&self, host: &str) -> Option<OwnedSemaphorePermit> {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if hosts.len() >= HOSTS_MAX {
                hosts.retain(|_, of_host| of_host.strong_count() > 0);
            }
            let known = hosts.get(host).and_then(Weak::upgrade);
            let of_host = known.unwrap_or_else(|| Arc::new(Semaphore::new(OF_HOST_MAX)));
            hosts.insert(host.to_owned(), Arc::downgrade(&of_host));
            of_host
        };
        of_host.acquire_owned().await.ok()
    }
}

fn chart(fetched: charts::Fetched) -> Had {
    let charts::Fetched { version, digest, .. } = fetched;
    Had { mark: format!("{version} {digest}"), name: version, got: Got::Kept(digest) }
}

fn of_chart(error: &ChartError) -> Missed {
    Missed { message: error.to_string(), retry: error.problem.retry() }
}

fn of_git(error: &GitError) -> Missed {
    Missed { message: error.to_string(), retry: error.retry() }
}
