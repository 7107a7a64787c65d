//! What a commit says about itself.

use crate::oid::Oid;

/// A commit without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its name.
    pub id: Oid,
    /// The commits it follows; in a shallow mirror they may not be present.
    pub parents: Vec<Oid>,
    /// Who wrote it, and when.
    pub author: Signature,
    /// Who put it into the repository, and when.
    pub committer: Signature,
    /// The whole message; bytes that are not UTF-8 are replaced.
    pub message: String,
    /// Whether it carries a signature. Says nothing about whether that is valid.
    pub signed: bool,
}

/// A person and a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name.
    pub name: String,
    /// Mail address, without angle brackets.
    pub email: String,
    /// When.
    pub time: jiff::Timestamp,
}

impl Signature {
    /// `Name <email>`, as Git prints it.
    #[must_use]
    pub fn display(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}

impl CommitInfo {
    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}
