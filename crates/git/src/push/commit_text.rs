//! The text of a commit.

use super::proposal::Proposal;
use crate::commit::Signature;
use crate::oid::Oid;

/// A commit that nobody has signed yet.
pub(super) struct CommitText {
    head: String,
    message: String,
}

impl CommitText {
    /// The commit of `tree`.
    pub(super) fn new(proposal: &Proposal, tree: Oid) -> CommitText {
        let who = line(&proposal.author);
        let head = format!("tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n", proposal.parent);
        let mut message = proposal.message.replace('\0', "");
        if !message.ends_with('\n') {
            message.push('\n');
        }
        CommitText { head, message }
    }

    /// What is signed: Git signs the text as it is without the signature.
    pub(super) fn unsigned(&self) -> String {
        format!("{}\n{}", self.head, self.message)
    }

    /// The commit, with a signature where there is one.
    pub(super) fn finish(self, signature: Option<&str>) -> Vec<u8> {
        let Some(signature) = signature else { return self.unsigned().into_bytes() };
        let CommitText { head, message } = self;
        // Lines after the first of a header begin with a space.
        let header = format!("gpgsig {}\n", signature.trim_end().replace('\n', "\n "));
        format!("{head}{header}\n{message}").into_bytes()
    }
}

/// `Name <email> seconds zone`, without what would end it early.
fn line(who: &Signature) -> String {
    let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], "").trim().to_owned();
    format!("{} <{}> {} +0000", clean(&who.name), clean(&who.email), who.time.as_second())
}
