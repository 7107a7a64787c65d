//! Checking that a server sent all of a commit. What it says is not believed: a missing directory must show here, as an
//! error of the fetch, and not later as an application without files.

use super::commit_read::read_commit;
use super::objects::Objects;
use crate::error::Problem;
use crate::oid::Oid;
use std::collections::BTreeSet;
use tree::EntryKind;

/// How many directories are remembered as complete: about 40 MiB at most; beyond that all are forgotten.
const DIRECTORIES_MAX: usize = 500_000;

/// Directories known to be complete, with everything below them.
#[derive(Default)]
pub(super) struct Checked(BTreeSet<Oid>);

impl Checked {
    /// Walks the directories of a commit that were not walked before. Files are not opened.
    pub(super) fn check(&mut self, objects: &Objects, commit: Oid) -> Result<(), Problem> {
        let (_, root) = read_commit(objects, commit)?.ok_or(Problem::gone(commit))?;
        if self.0.len() > DIRECTORIES_MAX {
            self.0.clear();
        }
        let mut seen = BTreeSet::new();
        let mut todo = vec![root];
        while let Some(id) = todo.pop() {
            if self.0.contains(&id) || !seen.insert(id) {
                continue;
            }
            let missing = || Problem::Protocol { detail: format!("it did not send directory {id} of commit {commit}") };
            let listing = objects.listing(id)?.ok_or_else(missing)?;
            todo.extend(listing.iter().filter(|entry| entry.kind == EntryKind::Directory).map(|entry| entry.id));
        }
        // Only after the whole walk: what a failed one saw may be incomplete further down.
        self.0.extend(seen);
        Ok(())
    }
}
