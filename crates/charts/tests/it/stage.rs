//! A fetcher with a folder of its own, and limits small enough to be met.

use charts::{Access, ChartLimits, Charts, ChartsOptions, Reach, Repository, Timeouts, Transport, Wanted};
use clock::{Clock, Offload};
use git::{Credentials, PlainHttp};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

pub const LIMITS: ChartLimits = ChartLimits {
    archive_bytes_max: 10_000,
    index_bytes_max: 100_000,
    entry_bytes_max: 20_000,
    answer_bytes_max: 20_000,
    tags_max: 50,
    kept_bytes_max: 1 << 20,
};

pub struct Stage {
    pub charts: Charts,
    folder: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Stage::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut ChartsOptions)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = ChartsOptions { limits: LIMITS, ..ChartsOptions::in_folder(folder.path()) };
        change(&mut options);
        let charts = Charts::new(options, &Clock::system(), Offload::Inline).expect("a fetcher");
        Stage { charts, folder }
    }

    /// With little patience.
    pub fn impatient() -> Self {
        let brief = Duration::from_millis(200);
        Stage::with(|options| {
            options.timeouts = Timeouts { connect: brief, idle: brief, total: Duration::from_secs(60) }
        })
    }

    /// The archives that are kept.
    pub fn kept(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.folder.path().join("sha256")).expect("a folder");
        folder.map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// A chart of a repository on this machine, which may be asked since somebody named it.
pub fn wanted(repository: &str, chart: &str, version: &str) -> Wanted {
    let repository = Repository::parse(repository, Transport::Http).expect("a repository");
    let mut wanted = Wanted::new(repository, chart, version);
    wanted.access = Access { reach: Reach::Private, plain_http: PlainHttp::LoopbackOnly, ..Access::default() };
    wanted
}

pub fn basic() -> Credentials {
    Credentials::Basic { username: "me".to_owned(), password: "hunter2".into() }
}

/// The header of [`basic`].
pub const BASIC: &str = "Basic bWU6aHVudGVyMg==";

pub fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}
