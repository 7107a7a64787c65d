//! What a repository advertises: its refs at one moment.

use crate::oid::Oid;
use std::collections::BTreeSet;

/// One listing of a repository's refs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refs {
    /// The refs, in the order of advertisement.
    pub list: Vec<Ref>,
    /// The branch that HEAD points to (`refs/heads/main`), also when it is not born yet; `None` when HEAD is detached or
    /// the server does not tell.
    pub head_target: Option<String>,
    /// What was asked for.
    pub scope: RefScope,
}

/// One ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// Full name: `HEAD`, `refs/heads/main`, `refs/tags/v1`.
    pub name: String,
    /// What it points to, for an annotated tag the tag object.
    pub target: Oid,
    /// For an annotated tag, what the tag points to in the end.
    pub peeled: Option<Oid>,
}

impl Ref {
    /// The commit it leads to.
    #[must_use]
    pub fn commit(&self) -> Oid {
        self.peeled.unwrap_or(self.target)
    }
}

/// Which refs to list: HEAD, branches and tags always; others by prefix, since some servers hold hundreds of thousands
/// (one or two for every pull request).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefScope {
    also: BTreeSet<String>,
}

impl RefScope {
    /// The prefixes that are always listed.
    pub const ALWAYS: [&'static str; 3] = ["HEAD", "refs/heads/", "refs/tags/"];

    /// Adds what `revision` needs: the ref itself when it is a full name outside branches and tags, or could be short
    /// for one (`pull/7/head`). Tells whether anything was added.
    pub fn add_revision(&mut self, revision: &str) -> bool {
        if self.covers(revision) {
            return false;
        }
        let full = if revision.starts_with("refs/") { revision.to_owned() } else { format!("refs/{revision}") };
        self.also.insert(full)
    }

    /// Whether a listing of this scope shows the ref that `revision` names, if there is one.
    #[must_use]
    pub fn covers(&self, revision: &str) -> bool {
        let other_space = match revision.strip_prefix("refs/") {
            Some(rest) => !rest.starts_with("heads/") && !rest.starts_with("tags/"),
            // Short names of refs that are neither branch nor tag have a space name before the first slash.
            None => {
                revision.starts_with("pull/")
                    || revision.starts_with("merge-requests/")
                    || revision.starts_with("changes/")
            }
        };
        let full = if revision.starts_with("refs/") { revision.to_owned() } else { format!("refs/{revision}") };
        !other_space || self.also.iter().any(|prefix| full.starts_with(prefix.as_str()))
    }

    /// All prefixes to ask for.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        RefScope::ALWAYS.into_iter().chain(self.also.iter().map(String::as_str))
    }
}

impl Refs {
    /// The ref with that full name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Ref> {
        self.list.iter().find(|entry| entry.name == name)
    }

    /// Whether the repository has no commits yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
