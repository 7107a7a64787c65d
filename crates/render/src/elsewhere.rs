//! The port to what lies neither in the source's commit nor in those it refers to: files behind URLs, bases in other
//! repositories, charts in chart repositories. Whoever implements it decides what may be asked: addresses of private
//! networks are its business.

use bytes::Bytes;
use kustomize::{Remotes, Repository};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tree::Tree;

/// Fetches.
pub trait Elsewhere: Send + Sync {
    /// The content behind an `http` or `https` address, at most `bytes_max` of it.
    ///
    /// # Errors
    /// In words, without credentials or content.
    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String>;

    /// The files of a repository at the reference it names.
    ///
    /// # Errors
    /// As [`Elsewhere::file`].
    fn repository(&self, repository: &Repository) -> Result<Arc<dyn Tree>, String>;

    /// The archive of a chart.
    ///
    /// # Errors
    /// As [`Elsewhere::file`].
    fn chart(&self, chart: &ChartPlace) -> Result<Bytes, String>;
}

/// A chart in a chart repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartPlace {
    /// The repository's address: `https://…` or `oci://…`.
    pub repository: String,
    /// The chart's name.
    pub name: String,
    /// Its version, or a range of versions.
    pub version: String,
    /// Whether credentials of the repository also go to other hosts it names.
    pub pass_credentials: bool,
}

/// The port of one render, which remembers what it was asked for.
pub(crate) struct Asked<'p> {
    port: Option<&'p dyn Elsewhere>,
    asked: Mutex<BTreeSet<String>>,
}

impl<'p> Asked<'p> {
    pub(crate) fn new(port: Option<&'p dyn Elsewhere>) -> Self {
        Asked { port, asked: Mutex::default() }
    }

    /// What was asked for, in words.
    pub(crate) fn into_asked(self) -> BTreeSet<String> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.port.is_some()
    }

    pub(crate) fn chart(&self, chart: &ChartPlace) -> Result<Bytes, String> {
        self.ask(format!("chart {} {} of {}", chart.name, chart.version, chart.repository))?.chart(chart)
    }

    pub(crate) fn url(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        self.ask(format!("file {url}"))?.file(url, bytes_max)
    }

    fn ask(&self, what: String) -> Result<&'p dyn Elsewhere, String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
        self.port.ok_or_else(|| "nothing is fetched here".to_owned())
    }
}

impl Remotes for Asked<'_> {
    fn repository(&self, repository: &Repository) -> Result<Arc<dyn Tree>, String> {
        self.ask(format!("repository {} at {}", repository.clone_url(), repository.reference))?.repository(repository)
    }

    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        self.url(url, bytes_max)
    }
}
