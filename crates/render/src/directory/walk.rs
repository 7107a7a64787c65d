//! Collects the files of a source in the order of their paths.

use super::filter::Filter;
use crate::Problem;
use budget::Budget;
use tree::{EntryKind, Tree, TreePath, resolve};

/// One file of the source: where the user sees it and where its content lies once links are followed.
pub(super) struct File {
    pub(super) shown: TreePath,
    pub(super) real: TreePath,
}

/// A walk under way.
pub(super) struct Walk<'a> {
    tree: &'a dyn Tree,
    filter: Filter,
    recurse: bool,
    budget: &'a mut Budget,
    files: Vec<File>,
}

impl<'a> Walk<'a> {
    /// The files below `path` that the filter takes.
    pub(super) fn files(
        tree: &'a dyn Tree,
        filter: Filter,
        recurse: bool,
        path: &TreePath,
        budget: &'a mut Budget,
    ) -> Result<Vec<File>, Problem> {
        let mut walk = Walk { tree, filter, recurse, budget, files: Vec::new() };
        let real = resolve(tree, path)?;
        walk.directory(path, &real, "")?;
        Ok(walk.files)
    }

    fn directory(&mut self, shown: &TreePath, real: &TreePath, below: &str) -> Result<(), Problem> {
        let limit = |exceeded| Problem::Limit { path: shown.clone(), exceeded };
        self.budget.enter().map_err(limit)?;
        for (name, entry) in self.tree.list(real)? {
            self.budget.spend(1).map_err(limit)?;
            let below_source = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            match entry.kind {
                EntryKind::Directory if self.recurse => {
                    self.directory(&shown.child(&name), &real.child(&name), &below_source)?;
                }
                EntryKind::File if self.filter.takes(&below_source) => {
                    self.files.push(File { shown: shown.child(&name), real: real.child(&name) });
                }
                // Compat: a link to a file is that file; a link to a directory, or to nothing, is left out.
                EntryKind::Symlink if self.filter.takes(&below_source) => {
                    let target = resolve(self.tree, &real.child(&name))?;
                    let entry = self.tree.entry(&target)?;
                    if entry.is_some_and(|entry| entry.kind == EntryKind::File) {
                        self.files.push(File { shown: shown.child(&name), real: target });
                    }
                }
                _ => {}
            }
        }
        self.budget.leave();
        Ok(())
    }
}
