//! The files of a chart's folder, in the order of their names at each level. Links are followed inside the tree.

use super::error::LoadError;
use super::file::{RawFile, without_mark};
use super::ignore::Rules;
use super::limits::{CHART_BYTES_MAX, FILE_BYTES_MAX, FILES_MAX};
use budget::Budget;
use tree::{EntryKind, Tree, TreeError, TreePath, resolve};

/// How deep folders may lie: far beyond any chart, and it ends links that lead to a folder above them.
const FOLDER_DEPTH_MAX: u32 = 64;

pub(super) fn files(tree: &dyn Tree, root: &TreePath, budget: &mut Budget) -> Result<Vec<RawFile>, LoadError> {
    let rules = Rules::parse(&ignore_file(tree, root)?)?;
    let mut walk = Walk { tree, rules, budget, bytes: 0, files: Vec::new() };
    walk.folder(root, "", 0)?;
    Ok(walk.files)
}

fn ignore_file(tree: &dyn Tree, root: &TreePath) -> Result<String, LoadError> {
    let path = resolve(tree, &root.child(".helmignore"))?;
    match tree.read(&path, FILE_BYTES_MAX) {
        Ok(content) => Ok(String::from_utf8_lossy(&content).into_owned()),
        Err(TreeError::Absent(_)) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

struct Walk<'t> {
    tree: &'t dyn Tree,
    rules: Rules,
    budget: &'t mut Budget,
    bytes: u64,
    files: Vec<RawFile>,
}

impl Walk<'_> {
    fn folder(&mut self, real: &TreePath, shown: &str, depth: u32) -> Result<(), LoadError> {
        if depth > FOLDER_DEPTH_MAX {
            return Err(LoadError::TooDeep);
        }
        for (name, entry) in self.tree.list(real)? {
            self.budget.spend(1)?;
            let shown = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
            let (real, kind) = match entry.kind {
                EntryKind::Symlink => self.target(&real.child(&name), &shown)?,
                kind => (real.child(&name), kind),
            };
            let is_folder = kind == EntryKind::Directory;
            if self.rules.leave_out(&shown, is_folder) {
                continue;
            }
            match kind {
                EntryKind::Directory => self.folder(&real, &shown, depth + 1)?,
                EntryKind::File => self.file(&real, shown)?,
                EntryKind::Symlink | EntryKind::Submodule => return Err(LoadError::Irregular(shown)),
            }
        }
        Ok(())
    }

    fn target(&self, link: &TreePath, shown: &str) -> Result<(TreePath, EntryKind), LoadError> {
        let real = resolve(self.tree, link)?;
        match self.tree.entry(&real)? {
            Some(entry) => Ok((real, entry.kind)),
            None if self.rules.leave_out(shown, false) => Ok((real, EntryKind::File)),
            None => Err(LoadError::BrokenLink { link: link.clone(), missing: self.missing(real)? }),
        }
    }

    /// The first of a path's folders, or itself, that is not there.
    fn missing(&self, path: TreePath) -> Result<TreePath, TreeError> {
        let mut missing = path;
        while let Some(parent) = missing.parent() {
            if self.tree.entry(&parent)?.is_some() {
                break;
            }
            missing = parent;
        }
        Ok(missing)
    }

    fn file(&mut self, real: &TreePath, shown: String) -> Result<(), LoadError> {
        if self.files.len() >= FILES_MAX {
            return Err(LoadError::TooManyFiles);
        }
        let data = self.tree.read(real, FILE_BYTES_MAX).map_err(|error| match error {
            TreeError::TooLarge { .. } => {
                LoadError::FileTooLarge { name: shown.rsplit('/').next().unwrap_or_default().to_owned() }
            }
            error => error.into(),
        })?;
        self.bytes += data.len() as u64;
        if self.bytes > CHART_BYTES_MAX {
            return Err(LoadError::ChartTooLarge);
        }
        self.budget.take_bytes(data.len() as u64)?;
        self.files.push(RawFile { name: shown, data: without_mark(data) });
        Ok(())
    }
}
