//! The text of a commit.

use super::proposal::Proposal;
use super::signer::SignError;
use crate::commit::Signature;
use crate::oid::Oid;

/// The commit of `tree`, signed where somebody signs. Git signs the text as it is without the signature.
pub(super) fn write(proposal: &Proposal, tree: Oid) -> Result<Vec<u8>, SignError> {
    let who = line(&proposal.author);
    let head = format!("tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n", proposal.parent);
    let mut message = proposal.message.replace('\0', "");
    if !message.ends_with('\n') {
        message.push('\n');
    }
    let unsigned = format!("{head}\n{message}");
    let Some(signer) = &proposal.signer else { return Ok(unsigned.into_bytes()) };
    let signature = signer.sign(unsigned.as_bytes())?;
    // Lines after the first of a header begin with a space.
    let header = format!("gpgsig {}\n", signature.trim_end().replace('\n', "\n "));
    Ok(format!("{head}{header}\n{message}").into_bytes())
}

/// `Name <email> seconds zone`, without what would end it early.
fn line(who: &Signature) -> String {
    let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], "").trim().to_owned();
    format!("{} <{}> {} +0000", clean(&who.name), clean(&who.email), who.time.as_second())
}
