//! Making repositories and committing to them, without a git process: for the demo and for tests.

use crate::change::Change;
use crate::commit::Signature;
use crate::error::{GitError, Problem};
use crate::oid::Oid;
use gix::bstr::BStr;
use gix::objs::tree::EntryKind;
use std::fs;
use std::io;
use std::path::Path;
use tree::TreePath;

/// What kind of repository is made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Only the repository, as on a server.
    Bare,
    /// With files to edit and `git commit` beside it.
    WorkingDirectory,
}

/// A commit to make on top of a branch.
#[derive(Debug, Clone)]
pub struct NewCommit {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The message.
    pub message: String,
    /// Who makes it, and when.
    pub author: Signature,
    /// What it changes, by path.
    pub changes: Vec<(String, Change)>,
}

/// Commits to the repository at `path`, making it when nothing is there yet, and gives the commit's name. In a repository
/// with a working directory on that branch the files and the index follow, so that `git status` is clean.
///
/// Assumption: nobody else writes there meanwhile. Blocks: call it through [`clock::Offload`] where that matters.
///
/// # Errors
/// A path that leads outside, a repository that cannot be written.
pub fn commit_files(path: &Path, layout: Layout, commit: &NewCommit) -> Result<Oid, GitError> {
    build(path, layout, commit).map_err(|problem| problem.of(path.display().to_string()))
}

fn build(path: &Path, layout: Layout, commit: &NewCommit) -> Result<Oid, Problem> {
    let changes = parse_paths(&commit.changes)?;
    let repository = open_or_make(path, layout, &commit.branch)?;
    let branch = format!("refs/heads/{}", commit.branch);
    let id = write_commit(&repository, &branch, commit, &changes).map_err(|error| store(&error))?;
    let on_branch = repository.head_name().ok().flatten().is_some_and(|head| head.as_bstr() == branch.as_str());
    if let Some(directory) = repository.workdir().filter(|_| on_branch) {
        changes
            .iter()
            .try_for_each(|(path, change)| write_file(directory, path, change))
            .map_err(|error| store(&error))?;
        write_index(&repository, directory, id)?;
    }
    let bytes = id.as_bytes().try_into().map_err(|_| Problem::Unsupported { what: "names other than SHA-1".into() })?;
    Ok(Oid::from_bytes(bytes))
}

fn store(error: &dyn std::fmt::Display) -> Problem {
    Problem::Store { detail: error.to_string() }
}

pub(crate) fn parse_paths(changes: &[(String, Change)]) -> Result<Vec<(TreePath, &Change)>, Problem> {
    let parse = |(path, change)| match TreePath::parse(path) {
        Ok(path) if !path.is_root() && path.segments().all(|segment| segment != ".git") => Ok((path, change)),
        _ => Err(Problem::Unsupported { what: format!("committing to the path '{path}'") }),
    };
    changes.iter().map(|(path, change)| parse((path.as_str(), change))).collect()
}

fn open_or_make(path: &Path, layout: Layout, branch: &str) -> Result<gix::Repository, Problem> {
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Full);
    if path.join("HEAD").exists() || path.join(".git").exists() {
        return options.open(path).map(|opened| opened.to_thread_local()).map_err(|error| store(&error));
    }
    let kind = match layout {
        Layout::Bare => gix::create::Kind::Bare,
        Layout::WorkingDirectory => gix::create::Kind::WithWorktree,
    };
    fs::create_dir_all(path).map_err(|error| store(&error))?;
    let made = gix::ThreadSafeRepository::init_opts(path, kind, gix::create::Options::default(), options);
    let made = made.map_err(|error| store(&error))?.to_thread_local();
    fs::write(made.git_dir().join("HEAD"), format!("ref: refs/heads/{branch}\n")).map_err(|error| store(&error))?;
    Ok(made)
}

fn write_commit(
    repository: &gix::Repository,
    branch: &str,
    commit: &NewCommit,
    changes: &[(TreePath, &Change)],
) -> gix::Result<gix::ObjectId> {
    let parent = repository.try_find_reference(branch)?.and_then(|branch| branch.try_id().map(gix::Id::detach));
    let before = match parent {
        Some(parent) => repository.find_commit(parent)?.tree_id()?.detach(),
        None => repository.empty_tree().id,
    };
    let mut editor = repository.edit_tree(before)?;
    for (path, change) in changes {
        match change {
            Change::File(content) => {
                let blob = repository.write_blob(content)?.detach();
                editor.upsert(path.as_str(), EntryKind::Blob, blob)?;
            }
            Change::Link(target) => {
                let blob = repository.write_blob(target)?.detach();
                editor.upsert(path.as_str(), EntryKind::Link, blob)?;
            }
            Change::Remove => drop(editor.remove(path.as_str())?),
        }
    }
    let tree = editor.write()?.detach();
    let time = format!("{} +0000", commit.author.time.as_second());
    let (name, email) = (BStr::new(&commit.author.name), BStr::new(&commit.author.email));
    let who = gix::actor::SignatureRef { name, email, time: &time };
    Ok(repository.commit_as(who, who, branch, &commit.message, tree, parent)?.detach())
}

fn write_file(directory: &Path, path: &TreePath, change: &Change) -> io::Result<()> {
    let file = directory.join(path.as_str());
    match fs::symlink_metadata(&file) {
        Ok(status) if status.is_dir() => fs::remove_dir_all(&file)?,
        Ok(_) => fs::remove_file(&file)?,
        Err(_) => {}
    }
    match change {
        Change::Remove => remove_empty_parents(directory, path),
        Change::File(content) => make_parent(&file).and_then(|()| fs::write(&file, content))?,
        Change::Link(target) => make_parent(&file).and_then(|()| std::os::unix::fs::symlink(target, &file))?,
    }
    Ok(())
}

fn make_parent(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

/// As git does: a directory without files goes with its last one.
fn remove_empty_parents(directory: &Path, path: &TreePath) {
    let mut parent = path.parent();
    while let Some(path) = parent.filter(|path| !path.is_root()) {
        if fs::remove_dir(directory.join(path.as_str())).is_err() {
            return;
        }
        parent = path.parent();
    }
}

/// The index of the commit, with the status of the files, so that git need not read them to know they are unchanged.
fn write_index(repository: &gix::Repository, directory: &Path, commit: gix::ObjectId) -> Result<(), Problem> {
    let tree = repository.find_commit(commit).and_then(|commit| Ok(commit.tree_id()?.detach()));
    let tree = tree.map_err(|error| store(&error))?;
    let mut index = repository.index_from_tree(&tree).map_err(|error| store(&error))?;
    for (entry, path) in index.entries_mut_with_paths() {
        let file = directory.join(path.to_string());
        if let Some(stat) = gix::index::fs::Metadata::from_path_no_follow(&file)
            .ok()
            .and_then(|status| gix::index::entry::Stat::from_fs(&status).ok())
        {
            entry.stat = stat;
        }
    }
    index.write(gix::index::write::Options::default()).map_err(|error| store(&error))
}
