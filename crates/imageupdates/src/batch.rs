//! One commit of all changes of one repository and branch.
//!
//! Files are read where the branch is now, changed, and pushed as one commit on top of exactly that. Where the branch has
//! moved meanwhile, everything is read anew: nobody's commit is lost, and what somebody else wrote meanwhile counts.

use crate::edit::{Edited, Files};
use crate::followed::{Followed, Image};
use crate::notes::{name_of, version_of};
use crate::options::Writing;
use crate::report::{Commit, File};
use crate::settings::Settings;
use git::{
    Change, GitSource, Proposal, PushError, Pushed, RefScope, Refs, Remote, Repositories, Signature, Signer, Wanted,
};
use images::write::SourceKind;
use images::{Change as ImageChange, FileTarget, ImageReference, commit_message};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How often a push is tried whose branch moves each time.
const TRIES: usize = 8;

/// How many names of applications a message has.
const NAMES_MAX: usize = 5;

/// All changes of one repository and branch.
#[derive(Debug, Clone)]
pub struct Batch<'f> {
    /// The repository.
    pub remote: Remote,
    /// The branch that applications follow; `None` for the repository's own.
    pub base: Option<String>,
    /// The branch that is pushed; `None` for the base itself.
    pub push: Option<String>,
    /// What is written.
    pub works: Vec<Work<'f>>,
}

/// The changes of one application.
#[derive(Debug, Clone)]
pub struct Work<'f> {
    /// The application.
    pub followed: &'f Followed,
    /// The file.
    pub target: FileTarget,
    /// How its source is rendered.
    pub kind: Option<SourceKind>,
    /// New versions: which image, what runs, what should.
    pub updates: Vec<(&'f Image, ImageReference, ImageReference)>,
}

/// What came of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is written now.
    Updated,
    /// It is to be written; nothing was pushed.
    Newer,
    /// It is written already.
    Written,
    /// It was written before, and somebody took it back.
    TakenBack,
    /// It could not be written, and why.
    Failed(String),
}

/// What came of a batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The commit, made or not.
    pub commit: Option<Commit>,
    /// What came of each image, in the order of works and their updates.
    pub what: Vec<Vec<What>>,
    /// Whether there is something on the pushed branch that is not on the base.
    pub is_ahead: bool,
    /// The base, as it was found.
    pub base: String,
}

/// How commits are made.
pub struct Pen<'p> {
    /// The repositories.
    pub git: &'p Repositories,
    /// Author, message and sign-off.
    pub settings: &'p Settings,
    /// Who signs.
    pub signer: Option<Signer>,
    /// Now.
    pub now: Timestamp,
    /// Whether to push.
    pub writing: Writing,
}

/// One reading of the branch, with the changes made to its files.
struct Draft {
    parent: git::Oid,
    expected: Option<git::Oid>,
    branch: String,
    base: String,
    is_ahead: bool,
    files: Vec<File>,
    changes: Vec<(String, Change)>,
    what: Vec<Vec<What>>,
}

impl Batch<'_> {
    /// Makes the commit, and pushes it.
    pub async fn carry_out(&self, pen: &Pen<'_>) -> Outcome {
        for _ in 0..TRIES {
            let draft = match self.draft(pen).await {
                Ok(draft) => draft,
                Err(message) => return self.failed(&message),
            };
            if draft.changes.is_empty() {
                let Draft { what, is_ahead, base, .. } = draft;
                return Outcome { commit: None, what, is_ahead, base };
            }
            let proposal = match self.proposal(&draft, pen) {
                Ok(proposal) => proposal,
                Err(message) => return self.failed(&message),
            };
            if pen.writing == Writing::No {
                return self.done(draft, &proposal, None);
            }
            match pen.git.push(&self.remote, &proposal).await {
                Ok(Pushed::Commit(commit)) => return self.done(draft, &proposal, Some(commit.to_string())),
                Ok(Pushed::Nothing) => return self.failed("the files changed in nothing"),
                Err(PushError::Moved { .. }) => {}
                Err(error) => return self.failed(&error.to_string()),
            }
        }
        self.failed(&format!("{}: the branch moved {TRIES} times while it was pushed to", self.remote.url))
    }

    fn failed(&self, message: &str) -> Outcome {
        let what = self.works.iter().map(|work| vec![What::Failed(message.to_owned()); work.updates.len()]);
        Outcome { what: what.collect(), ..Outcome::default() }
    }

    fn done(&self, draft: Draft, proposal: &Proposal, commit: Option<String>) -> Outcome {
        let applications = self.works.iter().zip(&draft.what);
        let applications = applications.filter(|(_, what)| what.contains(&What::Newer));
        let applications = applications.map(|(work, _)| work.followed.key()).collect();
        let becomes = if commit.is_some() { What::Updated } else { What::Newer };
        let settle = |what: What| if what == What::Newer { becomes.clone() } else { what };
        Outcome {
            commit: Some(Commit {
                repository: self.remote.url.to_string(),
                branch: draft.branch,
                commit,
                applications,
                message: proposal.message.clone(),
                files: draft.files,
                merge_request: None,
            }),
            what: draft.what.into_iter().map(|of| of.into_iter().map(settle).collect()).collect(),
            is_ahead: true,
            base: draft.base,
        }
    }

    /// Reads the branch and makes the changes.
    async fn draft(&self, pen: &Pen<'_>) -> Result<Draft, String> {
        let text = |error: git::GitError| error.to_string();
        let refs = pen.git.list_refs(&self.remote, &RefScope::default()).await.map_err(text)?;
        let base = self.base_of(&refs)?;
        let at = |branch: &str| refs.get(&format!("refs/heads/{branch}")).map(git::Ref::commit);
        let base_at = at(&base).ok_or_else(|| format!("{} has no branch {base}", self.remote.url))?;
        let branch = self.push.clone().unwrap_or_else(|| base.clone());
        let expected = at(&branch);
        let parent = expected.unwrap_or(base_at);
        let wanted = Wanted::Tip {
            name: format!("refs/heads/{}", if expected.is_some() { &branch } else { &base }),
            commit: parent,
        };
        let commit = pen.git.ensure_commit(&self.remote, &wanted).await.map_err(text)?;
        let tree = pen.git.tree(&self.remote, commit).await.map_err(text)?;
        let mut files = Files::new(&*tree);
        let mut what = Vec::new();
        for work in &self.works {
            let taken_back = if self.push.is_none() { work.taken_back(&*tree) } else { Vec::new() };
            what.push(work.write(&mut files, &taken_back));
        }
        let mut changed = Vec::new();
        let mut changes = Vec::new();
        for (path, before, after) in files.changed() {
            changes.push((path.clone(), Change::File(after.clone())));
            changed.push(File { path: path.clone(), before: before.clone().unwrap_or_default(), after: after.clone() });
        }
        let is_ahead = parent != base_at;
        Ok(Draft { parent, expected, branch, base, is_ahead, files: changed, changes, what })
    }

    /// The branch that is followed.
    fn base_of(&self, refs: &Refs) -> Result<String, String> {
        match &self.base {
            Some(base) => {
                let base = base.strip_prefix("refs/heads/").unwrap_or(base);
                if refs.get(&format!("refs/heads/{base}")).is_some() {
                    return Ok(base.to_owned());
                }
                Err(format!("{} has no branch {base}: name the one to write to with git-branch", self.remote.url))
            }
            None => {
                let head = refs.head_target.as_deref().and_then(|head| head.strip_prefix("refs/heads/"));
                head.map(str::to_owned).ok_or_else(|| {
                    format!("{} does not say which branch is its own: name one with git-branch", self.remote.url)
                })
            }
        }
    }

    fn proposal(&self, draft: &Draft, pen: &Pen<'_>) -> Result<Proposal, String> {
        let (name, email) = pen.settings.author.clone();
        let mut message = self.message(draft, pen)?;
        if pen.settings.sign_off {
            message = format!("{}\n\nSigned-off-by: {name} <{email}>\n", message.trim_end());
        }
        Ok(Proposal {
            branch: draft.branch.clone(),
            expected: draft.expected,
            parent: draft.parent,
            changes: draft.changes.clone(),
            message,
            author: Signature { name, email, time: pen.now },
            signer: pen.signer.clone(),
        })
    }

    /// One message for all applications: their names joined, each change told once.
    fn message(&self, draft: &Draft, pen: &Pen<'_>) -> Result<String, String> {
        let mut names: Vec<&str> = Vec::new();
        let mut changes: BTreeMap<(String, String), ImageChange> = BTreeMap::new();
        for (work, what) in self.works.iter().zip(&draft.what) {
            let written = work.updates.iter().zip(what).filter(|(_, what)| **what == What::Newer);
            for ((image, from, to), _) in written {
                if names.last() != Some(&work.followed.name.as_str()) {
                    names.push(&work.followed.name);
                }
                let change = ImageChange { alias: image.tracked.alias.clone(), from: from.clone(), to: to.clone() };
                changes.insert((to.name(), format!("{from} {to}")), change);
            }
        }
        let rest = names.len().saturating_sub(NAMES_MAX);
        let mut joined = names.iter().take(NAMES_MAX).copied().collect::<Vec<_>>().join(", ");
        if rest > 0 {
            joined = format!("{joined} and {rest} more");
        }
        let changes: Vec<ImageChange> = changes.into_values().collect();
        commit_message(pen.settings.message.as_deref(), &joined, &changes).map_err(|error| error.to_string())
    }
}

impl Work<'_> {
    /// Which of the new versions were written before and are not in the file any more: somebody took them back.
    fn taken_back(&self, tree: &dyn tree::Tree) -> Vec<bool> {
        let is_taken_back = |(image, _, to): &(&Image, ImageReference, ImageReference)| {
            let name = name_of(&image.tracked);
            let was_written = self.followed.notes.memory.written.get(&name) == Some(&version_of(to));
            was_written
                && Files::new(tree).write(&self.target, self.kind, &[(&image.tracked, to)]) == Ok(Edited::Changed)
        };
        self.updates.iter().map(is_taken_back).collect()
    }

    fn write(&self, files: &mut Files<'_>, taken_back: &[bool]) -> Vec<What> {
        let mut all = Vec::new();
        for (index, (image, _, to)) in self.updates.iter().enumerate() {
            all.push(match taken_back.get(index) {
                Some(true) => What::TakenBack,
                _ => match files.write(&self.target, self.kind, &[(&image.tracked, to)]) {
                    Ok(Edited::Changed) => What::Newer,
                    Ok(Edited::Same) => What::Written,
                    Err(message) => What::Failed(message),
                },
            });
        }
        all
    }
}
