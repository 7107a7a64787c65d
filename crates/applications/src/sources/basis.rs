//! What one render is made of, by name: commits and what the cluster can do.

use super::lender::Lender;
use super::origin::{Point, Revision};
use super::seen::Wanted;
use git::{Oid, Remote};
use render::CapabilitiesId;
use std::collections::BTreeMap;

/// What one render is made of: equal bases of one source have equal content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Basis {
    /// The source's own commit, or the chart's version.
    pub own: Point,
    /// Those of the sources it may refer to, by name.
    pub refs: BTreeMap<String, Oid>,
    /// What its cluster can do.
    pub capabilities: Option<CapabilitiesId>,
}

/// The revisions of a source and of those it may refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revisions {
    pub own: Revision,
    pub refs: BTreeMap<String, git::Wanted>,
}

impl Revisions {
    /// `own`, with the revisions of those it may refer to resolved with `resolve`.
    pub fn of<E>(
        own: Revision,
        wanted: &Wanted,
        mut resolve: impl FnMut(&Remote, &str) -> Result<git::Wanted, E>,
    ) -> Result<Self, E> {
        let mut refs = BTreeMap::new();
        for (name, lender) in &wanted.refs {
            if let Lender::Repository { remote, revision } = lender {
                refs.insert(name.clone(), resolve(remote, revision)?);
            }
        }
        Ok(Revisions { own, refs })
    }

    /// With what the cluster can do; `None` while a commit's full name is not known.
    pub fn basis(&self, capabilities: Option<CapabilitiesId>) -> Option<Basis> {
        let refs = self.refs.iter().map(|(name, revision)| Some((name.clone(), commit_of(revision)?)));
        Some(Basis { own: self.own.point()?, refs: refs.collect::<Option<_>>()?, capabilities })
    }
}

/// The full name of the commit, where it is known.
pub(super) fn commit_of(revision: &git::Wanted) -> Option<Oid> {
    match revision {
        git::Wanted::Tip { commit, .. } | git::Wanted::Commit(commit) => Some(*commit),
        git::Wanted::Abbreviated(_) => None,
    }
}
