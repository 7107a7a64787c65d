//! Pushing: one commit on top of what is there, or nothing.
//!
//! What is written is a [`Proposal`]: changes to the files of a commit, which become a commit that follows it. A branch
//! moves only from where it was when the proposal was made, so that nobody's commit is ever lost: where it has moved, the
//! push is refused, and whoever proposed reads the files anew and proposes again.

mod commit_text;
mod local;
mod objects;
mod open_pgp;
mod pack;
mod proposal;
mod sign_error;
mod signer;
mod tree_edit;

pub use open_pgp::{OpenPgp, OpenPgpKey};
pub use proposal::{Proposal, PushError, Pushed};
pub use sign_error::SignError;
pub use signer::{Signer, SshSigner};

use crate::builder::parse_paths;
use crate::error::Problem;
use crate::oid::Oid;
use crate::refs::RefScope;
use crate::remote::Remote;
use crate::repo_url::Place;
use crate::repositories::{Inner, Repositories};
use crate::store::Objects;
use crate::wire::pkt::Pace;
use crate::wire::push::{Command, Report, read, request};
use commit_text::CommitText;
use objects::NewObject;
use std::path::PathBuf;

impl Repositories {
    /// Makes the commit and pushes it, as a fast-forward.
    ///
    /// # Errors
    /// When nothing was pushed; where the connection broke after everything was sent, the branch is asked for.
    pub async fn push(&self, remote: &Remote, proposal: &Proposal) -> Result<Pushed, PushError> {
        let failed = |problem: Problem| PushError::Git(remote.error(problem));
        let (objects, _) = self.0.objects(remote).await.map_err(failed)?;
        let own = proposal.clone();
        let made = self.0.offload.run(move || make(&objects, &own)).await;
        let Some(Made { text, mut objects }) = made.map_err(failed)? else { return Ok(Pushed::Nothing) };
        let signature = match &proposal.signer {
            Some(signer) => Some(signer.sign(&text.unsigned()).await?),
            None => None,
        };
        let new = NewObject::commit(text.finish(signature.as_deref()));
        let commit = new.id;
        objects.push(new);
        let command = Command { name: format!("refs/heads/{}", proposal.branch), old: proposal.expected, new: commit };
        let report = self.0.send(remote, command, objects).await;
        self.settle(remote, proposal, commit, report).await
    }

    /// What a report means: a branch that is elsewhere has moved, whatever the server calls that.
    async fn settle(
        &self,
        remote: &Remote,
        proposal: &Proposal,
        commit: Oid,
        report: Result<Report, Problem>,
    ) -> Result<Pushed, PushError> {
        let message = match report {
            Ok(Report::Moved) => return Ok(Pushed::Commit(commit)),
            Ok(Report::Refused(message)) => Ok(message),
            Err(problem) => Err(problem),
        };
        let (repository, branch) = (remote.url.to_string(), proposal.branch.clone());
        let refs = self.0.list(remote, &RefScope::default()).await;
        let now = refs.ok().map(|refs| refs.get(&format!("refs/heads/{branch}")).map(|found| found.target));
        match (now, message) {
            (Some(now), _) if now == Some(commit) => Ok(Pushed::Commit(commit)),
            (Some(now), _) if now != proposal.expected => Err(PushError::Moved { repository, branch }),
            (_, Ok(message)) => Err(PushError::Refused { repository, branch, message }),
            (_, Err(problem)) => Err(PushError::Git(remote.error(problem))),
        }
    }
}

impl Inner {
    async fn send(&self, remote: &Remote, command: Command, objects: Vec<NewObject>) -> Result<Report, Problem> {
        if let Place::Local(path) = remote.url.place() {
            self.may_be_local()?;
            let path: PathBuf = path.clone();
            return self.offload.run(move || local::take(&path, &command, &objects)).await;
        }
        let timeouts = self.options.timeouts;
        let sent = tokio::time::timeout(timeouts.fetch, self.send_to_server(remote, &command, &objects)).await;
        sent.map_err(|_| Problem::Timeout { doing: "pushing", limit: timeouts.fetch })?
    }

    async fn send_to_server(
        &self,
        remote: &Remote,
        command: &Command,
        objects: &[NewObject],
    ) -> Result<Report, Problem> {
        let pack = pack::write(objects)?;
        let mut session = self.transports.open_push(remote).await?;
        let pace = Pace {
            idle: self.options.timeouts.idle,
            bytes_max: self.options.limits.listing_bytes_max,
            what: "the report in bytes",
        };
        let greeting = session.greeting.clone();
        let report = match session.ask(request(&greeting, command, &pack), pace).await {
            Ok(reader) => read(reader, &greeting, command).await,
            Err(problem) => Err(problem),
        };
        let report = report.map_err(|problem| session.explain(problem));
        // Without a farewell: the server ends by itself after a push.
        drop(session);
        report
    }
}

/// A commit to be signed, and everything else that is new.
struct Made {
    text: CommitText,
    objects: Vec<NewObject>,
}

/// The commit; `None` where it would change nothing.
fn make(objects: &Objects, proposal: &Proposal) -> Result<Option<Made>, Problem> {
    let changes = parse_paths(&proposal.changes)?;
    let parent = crate::store::read_commit(objects, proposal.parent)?;
    let (_, root) = parent.ok_or(Problem::gone(proposal.parent))?;
    let mut new = Vec::new();
    let tree = tree_edit::edit(objects, root, &changes, &mut new)?;
    if tree == root {
        return Ok(None);
    }
    Ok(Some(Made { text: CommitText::new(proposal, tree), objects: new }))
}
