//! What is asked for, and what is given.

use crate::access::Access;
use crate::cache::sha256;
use crate::repository::Repository;
use crate::version::{Found, is_full_version};
use bytes::Bytes;

/// A chart that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Where it comes from.
    pub repository: Repository,
    /// Its name there.
    pub chart: String,
    /// A version, a constraint on versions, or nothing: the newest that is no prerelease.
    pub version: String,
    /// In a registry: the digest that its manifest must have, whatever the tag says.
    pub manifest: Option<String>,
    /// How the repository is reached.
    pub access: Access,
}

impl Wanted {
    /// A chart of a repository that is open to everybody.
    #[must_use]
    pub fn new(repository: Repository, chart: &str, version: &str) -> Self {
        let (chart, version) = (chart.to_owned(), version.trim().to_owned());
        Wanted { repository, chart, version, manifest: None, access: Access::default() }
    }

    /// Whether it names one version in full, which is believed to stay what it is.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        is_full_version(self.version.strip_prefix('v').unwrap_or(&self.version))
    }

    /// What tells it apart on disk, credentials included.
    pub(crate) fn key(&self) -> String {
        let credentials = self.access.secret_key();
        sha256(format!("{self:?}\0{credentials}").as_bytes())
    }
}

/// A file that was fetched from an address of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedFile {
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
    /// What it holds.
    pub content: Bytes,
}

/// A chart that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its version.
    pub version: String,
    /// How the version was chosen.
    pub found: Found,
    /// The archive's SHA-256, in hexadecimal.
    pub digest: String,
    /// The packed chart.
    pub archive: Bytes,
    /// Where it lay.
    pub url: String,
}
