//! What is asked for, and what is given.

use crate::access::Access;
use crate::repository::Repository;
use crate::version::Found;
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
