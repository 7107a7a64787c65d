//! What a delivery says, whoever sent it.

use std::collections::BTreeSet;

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something was pushed to a Git repository.
    Push(Push),
    /// Images were pushed to a registry.
    Images(Vec<ImagePush>),
    /// Nothing that concerns anybody here, such as a ping: to be answered with success. The text says why.
    Nothing(&'static str),
}

/// Something was pushed to a Git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Addresses of the repository: of its page, or of its clones.
    pub repositories: Vec<String>,
    /// Branches and tags that moved; never empty.
    pub changes: Vec<RefChange>,
    /// Paths that the push added, changed or removed, from the repository's root.
    pub files: Files,
}

/// A branch or tag that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefChange {
    /// Its short name: `qa`, `feature/x`, `v1.2.0`.
    pub name: String,
    /// The commit it pointed to; `None` if it is new, or the sender does not say.
    pub before: Option<String>,
    /// The commit it points to; `None` if it was deleted, or the sender does not say.
    pub after: Option<String>,
    /// Whether it is the branch that a clone begins with.
    pub default_branch: DefaultBranch,
}

/// Whether a branch is the one that a clone begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultBranch {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The sender does not say: it may be.
    Unknown,
}

impl DefaultBranch {
    pub(crate) fn from_name(default: Option<&str>, branch: &str) -> Self {
        if default.is_some_and(|default| short_name(default) == branch) {
            DefaultBranch::Yes
        } else {
            DefaultBranch::No
        }
    }
}

/// The paths that a push touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// These and no others.
    Known(BTreeSet<String>),
    /// The sender does not say, or not all of them.
    Unknown,
}

/// An image was pushed to a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePush {
    /// The registry's host, such as `ghcr.io` or `docker.io`.
    pub registry: String,
    /// The repository within it, such as `library/nginx`.
    pub repository: String,
    /// The tag; empty when the image was pushed by digest only.
    pub tag: String,
    /// The digest, such as `sha256:…`, if the sender says.
    pub digest: Option<String>,
}

/// A reference without `refs/heads/` or `refs/tags/`.
pub(crate) fn short_name(reference: &str) -> &str {
    reference.splitn(3, '/').last().filter(|_| reference.starts_with("refs/")).unwrap_or(reference)
}

/// A commit; all zeros and nothing at all mean none.
pub(crate) fn commit(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty() && text.bytes().any(|byte| byte != b'0'))
}
