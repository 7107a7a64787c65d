//! The port to what lies neither in the source's commit nor in those it refers to: files behind URLs, bases in other
//! repositories, charts in chart repositories. Whoever implements it decides what may be asked: addresses of private
//! networks are its business.
//!
//! What is had carries a mark, by which a later render tells whether it would have the same.

use bytes::Bytes;
use kustomize::{Remotes, Repository};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tree::Tree;

/// Fetches.
pub trait Elsewhere: Send + Sync {
    /// The content behind an `http` or `https` address, at most `bytes_max` of it.
    ///
    /// # Errors
    /// In words, without credentials or content.
    fn file(&self, url: &str, bytes_max: u64) -> Result<Fetched<Bytes>, String>;

    /// The files of a repository at the reference it names.
    ///
    /// # Errors
    /// As [`Elsewhere::file`].
    fn repository(&self, repository: &Repository) -> Result<Fetched<Arc<dyn Tree>>, String>;

    /// The archive of a chart.
    ///
    /// # Errors
    /// As [`Elsewhere::file`].
    fn chart(&self, chart: &ChartPlace) -> Result<Fetched<Bytes>, String>;

    /// The mark of what a request would be answered with now, where that is known without fetching.
    fn mark(&self, request: &Request) -> Option<String> {
        let _ = request;
        None
    }
}

/// What was had of elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched<T> {
    /// It.
    pub content: T,
    /// What tells it apart: equal marks mean equal contents. A digest, a commit's name.
    pub mark: String,
}

/// What a render may ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// A file behind an address.
    File(String),
    /// Another repository.
    Repository(Repository),
    /// A chart.
    Chart(ChartPlace),
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::File(url) => write!(f, "file {}", shown(url)),
            Request::Repository(one) => write!(f, "repository {} at {}", shown(&one.clone_url()), one.reference),
            Request::Chart(one) => write!(f, "chart {} {} of {}", one.name, one.version, shown(&one.repository)),
        }
    }
}

/// An address as it may be shown: what stands before its host and behind its path may be secret.
pub(crate) fn shown(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = authority.split('/').next().unwrap_or_default();
    host.rfind('@').map_or(url, |at| &authority[at + 1..])
}

/// A chart in a chart repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartPlace {
    /// The repository's address: `https://…` or `oci://…`; or the name of one that is declared, as `@name`.
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
    asked: Mutex<BTreeMap<Request, Option<String>>>,
}

impl<'p> Asked<'p> {
    pub(crate) fn new(port: Option<&'p dyn Elsewhere>) -> Self {
        Asked { port, asked: Mutex::default() }
    }

    /// What was asked for, with the marks of what was had.
    pub(crate) fn into_asked(self) -> BTreeMap<Request, Option<String>> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.port.is_some()
    }

    pub(crate) fn chart(&self, chart: &ChartPlace) -> Result<Bytes, String> {
        self.ask(Request::Chart(chart.clone()), |port| port.chart(chart))
    }

    pub(crate) fn url(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        self.ask(Request::File(url.to_owned()), |port| port.file(url, bytes_max))
    }

    fn ask<T>(
        &self,
        request: Request,
        ask: impl FnOnce(&'p dyn Elsewhere) -> Result<Fetched<T>, String>,
    ) -> Result<T, String> {
        let answer = self.port.map_or_else(|| Err("nothing is fetched here".to_owned()), ask);
        let mark = answer.as_ref().ok().map(|fetched| fetched.mark.clone());
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(request, mark);
        answer.map(|fetched| fetched.content)
    }
}

impl Remotes for Asked<'_> {
    fn repository(&self, repository: &Repository) -> Result<Arc<dyn Tree>, String> {
        self.ask(Request::Repository(repository.clone()), |port| port.repository(repository))
    }

    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        self.url(url, bytes_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_of_an_address_is_shown() {
        assert_eq!(shown("https://user:secret@host/x?token=secret"), "host/x");
        assert_eq!(shown("https://host/x?token=secret"), "https://host/x");
    }
}
