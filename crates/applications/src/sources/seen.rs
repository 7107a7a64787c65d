//! What applications want of their sources, and what is known of them.

use super::content::Content;
use super::lender::{Lender, SourceId};
use super::need::Need;
use super::origin::{Origin, Revision};
use cluster::ClusterId;
use git::{Failure, Oid, Remote};
use jiff::Timestamp;
use render::Input;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an application wants to know about one of its sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Where it comes from.
    pub origin: Origin,
    /// What to render; `None` for a source that lends its files only.
    pub input: Option<Input>,
    /// Branch, tag, commit; empty means HEAD. Of a chart, its version or a constraint on versions.
    pub revision: String,
    /// The sources that it may refer to as `$name/…`, by name.
    pub refs: BTreeMap<String, Lender>,
    /// The cluster it is rendered for, whose version and kinds charts may ask for.
    pub cluster: ClusterId,
}

impl Wanted {
    pub(super) fn id(&self) -> Option<SourceId> {
        self.input.as_ref().map(|input| SourceId::new(self.origin.clone(), input, &self.refs))
    }

    /// Whether it, or a source it may refer to, is of this repository.
    pub(super) fn is_of(&self, remote: &Remote) -> bool {
        self.remotes().any(|own| own == remote)
    }

    /// The repositories it is rendered from.
    pub(super) fn remotes(&self) -> impl Iterator<Item = &Remote> {
        let lenders = self.refs.values().filter_map(|lender| match lender {
            Lender::Repository { remote, .. } => Some(remote),
            Lender::Chart => None,
        });
        self.origin.repository().into_iter().chain(lenders)
    }

    /// Whether it names a commit in full, which needs no listing of refs.
    pub(super) fn is_pinned(&self) -> bool {
        Oid::parse(&self.revision).is_some()
    }

    /// The chart it takes, where it is one.
    pub(super) fn chart(&self) -> Option<Need> {
        match &self.origin {
            Origin::Chart(chart) => Some(Need::Chart(chart.clone())),
            Origin::Repository(_) => None,
        }
    }

    /// The project whose credentials count.
    pub(super) fn project(&self) -> &str {
        self.input.as_ref().map_or("", |input| &input.application.project)
    }
}

/// What is known of one source.
#[derive(Debug, Clone)]
pub enum SourceSeen {
    /// Its refs were not read yet, or are to be read anew before anything is said of them.
    Unread,
    /// The revision it means, and what that renders to; `None` while it is not rendered.
    Resolved {
        /// The commit's name, or the first digits that were asked for; the chart's version.
        revision: Revision,
        /// What it renders to.
        content: Option<Arc<Content>>,
        /// Why this may not be the newest; it still holds.
        behind: Option<Behind>,
    },
    /// It lends its files only.
    Lent {
        /// The commit's name.
        revision: Revision,
    },
    /// Something it takes is being fetched; the application is told when that ends.
    Fetching {
        /// What, in words.
        what: String,
    },
    /// It cannot be read.
    Failed(SourceFailure),
}

/// Why what is known of a source may not be the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// The repository, or its newest commit, cannot be read at the moment.
    Failing(SourceFailure),
    /// This newer commit, or something it takes, is being fetched.
    Fetching(String),
}

/// Why a source cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFailure {
    /// In words.
    pub message: String,
    /// Since when, where it may pass by itself.
    pub since: Option<Timestamp>,
    /// When it is tried again at the latest.
    pub next: Option<Timestamp>,
    /// When a pass must try it again, where nobody else does.
    pub retry: Option<Timestamp>,
}

impl SourceFailure {
    /// A failure that lasts until somebody changes something.
    #[must_use]
    pub fn lasting(message: String) -> Self {
        SourceFailure { message, since: None, next: None, retry: None }
    }
}

impl From<&Failure> for SourceFailure {
    /// A listing that failed: it is made again without anybody asking.
    fn from(failure: &Failure) -> Self {
        let (message, since, next) = (failure.error.to_string(), Some(failure.since), Some(failure.next));
        SourceFailure { message, since, next, retry: None }
    }
}
