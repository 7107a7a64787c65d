//! Which source is meant, and which sources lend it their files.

use super::origin::Origin;
use git::Remote;
use render::Input;
use std::collections::BTreeMap;

/// A source that lends its files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::large_enum_variant, reason = "few of them exist, and almost all are repositories")]
pub enum Lender {
    /// A repository at a revision.
    Repository {
        /// The repository.
        remote: Remote,
        /// Branch, tag, commit; empty means HEAD.
        revision: String,
    },
    /// A chart, which lends nothing.
    Chart,
}

/// One source as far as rendering goes: applications with equal ids share their renders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId {
    /// Where it comes from.
    pub origin: Origin,
    /// Where the sources lie that it may refer to, by name.
    pub(super) refs: BTreeMap<String, Remote>,
    /// What is rendered of it, as text: equal texts are equal inputs.
    input: String,
}

impl SourceId {
    /// The id of `input` of `origin`, which may refer to `refs`.
    #[must_use]
    pub fn new(origin: Origin, input: &Input, refs: &BTreeMap<String, Lender>) -> Self {
        let lender = |(name, lender): (&String, &Lender)| match lender {
            Lender::Repository { remote, .. } => Some((name.clone(), remote.clone())),
            Lender::Chart => None,
        };
        SourceId { origin, refs: refs.iter().filter_map(lender).collect(), input: format!("{input:?}") }
    }
}
