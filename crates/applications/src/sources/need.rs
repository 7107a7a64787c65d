//! One thing that is needed, with everything it takes to fetch it.

use git::{Oid, Place, Remote};
use std::fmt;
use url::Url;

/// One thing that is needed. Needs that differ in credentials or trust never share an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A chart.
    Chart(charts::Wanted),
    /// A file behind an address, which holds no credentials.
    File {
        /// The address.
        url: Url,
        /// How its host is reached.
        access: charts::Access,
    },
    /// A repository at a branch, tag or commit; empty means HEAD.
    Repository {
        /// The repository.
        remote: Remote,
        /// The revision.
        revision: String,
    },
}

impl Need {
    /// Whether what it means never changes, so that nobody need be asked again.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        match self {
            Need::Chart(wanted) => wanted.is_exact() || wanted.manifest.is_some(),
            Need::File { .. } => false,
            Need::Repository { revision, .. } => Oid::parse(revision).is_some(),
        }
    }

    /// The host that is asked.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Need::Chart(wanted) => match &wanted.repository {
                charts::Repository::Http(url) => authority(url),
                charts::Repository::Registry(registry) => registry.host.clone(),
            },
            Need::File { url, .. } => authority(url),
            Need::Repository { remote, .. } => match remote.url.place() {
                Place::Local(_) => String::new(),
                _ => remote.url.host().unwrap_or_default(),
            },
        }
    }
}

fn authority(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Chart(wanted) => write!(f, "chart {} {} of {}", wanted.chart, wanted.version, wanted.repository),
            Need::File { url, .. } => {
                let mut shown = url.clone();
                shown.set_query(None);
                shown.set_fragment(None);
                write!(f, "file {shown}")
            }
            Need::Repository { remote, revision } => {
                let revision = if revision.is_empty() { "HEAD" } else { revision };
                write!(f, "{revision} of {}", remote.url)
            }
        }
    }
}
