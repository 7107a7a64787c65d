//! What commands need from elsewhere: values files behind URLs, charts, bases in other repositories. What names them is
//! often written by others, so that only public addresses are asked unless somebody says otherwise.

use crate::failure::Failure;
use applications::sources::{Fetcher, Person, Repositories, Stored, Trust};
use bytes::Bytes;
use charts::{Charts, ChartsOptions};
use clock::{Clock, Offload};
use git::{Credentials, GitSource, Reach, RepositoriesOptions, Secret};
use render::{ChartPlace, Elsewhere, Fetched, Repository, Request};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tree::Tree;

/// What a person says about reaching others.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct OutsideFlags {
    /// Ask servers in private networks and on this machine too, for bases, charts and files that are named
    #[arg(long)]
    pub allow_private: bool,
    /// Private key for bases at ssh servers; without it, ~/.ssh/id_ed25519 or ~/.ssh/id_rsa
    #[arg(long, value_name = "FILE")]
    pub ssh_key: Option<PathBuf>,
    /// The ssh servers that are known; without it, ~/.ssh/known_hosts
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,
}

/// The largest key or list of servers that is read.
const FILE_BYTES_MAX: u64 = 16 << 20;

impl OutsideFlags {
    /// What such a person may have.
    pub(crate) fn repositories(&self) -> Result<Repositories, Failure> {
        let reach = if self.allow_private { Reach::Anywhere } else { Reach::Public };
        let at_home = |name: &str| std::env::home_dir().map(|home| home.join(".ssh").join(name));
        let key = match &self.ssh_key {
            Some(path) => Some(text(path)?),
            None => ["id_ed25519", "id_rsa"].iter().filter_map(|name| text(&at_home(name)?).ok()).next(),
        };
        let known_hosts = match &self.known_hosts {
            Some(path) => text(path)?,
            None => at_home("known_hosts").and_then(|path| text(&path).ok()).unwrap_or_default(),
        };
        let ssh = key.map(|key| Credentials::SshKey { private_key: Secret::from(key), passphrase: None });
        Ok(Repositories::of_person(Person { reach, ssh, known_hosts: known_hosts.into() }))
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    let at = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| at(&error))?.len();
    if length > FILE_BYTES_MAX {
        return Err(at(&format!("larger than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read_to_string(path).map_err(|error| at(&error))
}

/// Fetches, and keeps what was fetched in a folder.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) git: Arc<dyn GitSource>,
    pub(crate) fetcher: Fetcher,
}

impl Outside {
    pub(crate) fn new(folder: &Path, clock: &Clock) -> Result<Self, Failure> {
        let git = git::Repositories::new(RepositoriesOptions::new(folder.join("git")), Offload::pool(1));
        let git: Arc<dyn GitSource> = Arc::new(git);
        let options = ChartsOptions::in_folder(folder.join("charts"));
        let charts = Charts::new(options, clock, Offload::pool(1)).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Outside { fetcher: Fetcher::new(Arc::clone(&git), Some(charts)), git })
    }

    /// What one render may have of it: waits until that is here.
    ///
    /// Assumption: used on threads that may wait, which `runtime` does not need.
    pub(crate) fn lend(&self, repositories: Repositories, project: &str, runtime: Handle) -> Waiting {
        Waiting { outside: self.clone(), repositories, project: project.to_owned(), runtime }
    }
}

/// Gives what is asked for when it is here.
pub(crate) struct Waiting {
    outside: Outside,
    repositories: Repositories,
    project: String,
    runtime: Handle,
}

impl Waiting {
    fn get(&self, request: &Request) -> Result<Fetched<Stored>, String> {
        let need = self.repositories.need(request, &self.project)?;
        self.runtime.block_on(async {
            let fetcher = &self.outside.fetcher;
            let had = fetcher.fetch(&need, Trust::Kept).await.map_err(|missed| missed.message)?;
            let gone = || format!("{need}: it was fetched, and is not in its folder any more");
            let content = fetcher.open(&had).await.ok_or_else(gone)?;
            Ok(Fetched { content, mark: had.mark })
        })
    }

    fn content(&self, request: &Request) -> Result<Fetched<Bytes>, String> {
        match self.get(request)? {
            Fetched { content: Stored::Content(content), mark } => Ok(Fetched { content, mark }),
            Fetched { content: Stored::Files(_), .. } => Err("it is a repository".to_owned()),
        }
    }
}

impl Elsewhere for Waiting {
    fn file(&self, url: &str, bytes_max: u64) -> Result<Fetched<Bytes>, String> {
        let fetched = self.content(&Request::File(url.to_owned()))?;
        if fetched.content.len() as u64 > bytes_max {
            return Err(format!("it has more than {bytes_max} bytes (limit: size of a fetched file)"));
        }
        Ok(fetched)
    }

    fn repository(&self, repository: &Repository) -> Result<Fetched<Arc<dyn Tree>>, String> {
        match self.get(&Request::Repository(repository.clone()))? {
            Fetched { content: Stored::Files(content), mark } => Ok(Fetched { content, mark }),
            Fetched { content: Stored::Content(_), .. } => Err("it is a file".to_owned()),
        }
    }

    fn chart(&self, chart: &ChartPlace) -> Result<Fetched<Bytes>, String> {
        self.content(&Request::Chart(chart.clone()))
    }
}
