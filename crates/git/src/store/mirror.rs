//! A bare mirror on disk: what was fetched of one remote repository.
//!
//! ```text
//! <data>/<name>-<digest>/          HEAD, config: git itself could read it
//!     objects/                     packs of first fetches, loose objects of the small ones after
//!     refs/commits/<commit>        one for every commit whose files are all here
//!     shallow                      the commits whose parents are not here, as git keeps it
//! ```
//!
//! Every step leaves a mirror that is right: objects come first, the ref that says so last. What a crash leaves behind
//! is swept away when the mirror is opened.

use super::checked::Checked;
use super::failure::problem;
use super::objects::Objects;
use super::take_in::{self, sweep};
use crate::error::Problem;
use crate::oid::Oid;
use crate::options::GitLimits;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many complete commits are offered to a server as already here. The latest shares nearly everything with the
/// next; a few more help with several branches.
const HAVES_MAX: usize = 16;

/// How many characters of a URL a mirror's directory name shows.
const NAME_CHARS_MAX: usize = 40;

/// One repository's mirror.
pub(crate) struct Mirror {
    path: PathBuf,
    state: Mutex<State>,
    checked: Mutex<Checked>,
    /// Held by whoever fetches.
    pub(crate) fetching: tokio::sync::Mutex<()>,
}

struct State {
    objects: Arc<Objects>,
    complete: BTreeSet<Oid>,
    recent: VecDeque<Oid>,
    shallow: BTreeSet<Oid>,
    with_history: BTreeSet<Oid>,
}

impl Mirror {
    /// Opens the mirror for the repository with that key under `data_dir`, making it when there is none.
    pub(crate) fn open(data_dir: &Path, key: &str) -> Result<Self, Problem> {
        let path = data_dir.join(directory_name(key));
        let failed = |error: std::io::Error| problem(&path, &error);
        fs::create_dir_all(path.join("objects/pack")).map_err(failed)?;
        fs::create_dir_all(path.join("objects/info")).map_err(failed)?;
        fs::create_dir_all(path.join("refs/commits")).map_err(failed)?;
        write(&path.join("config"), &format!("[core]\n\trepositoryformatversion = 0\n\tbare = true\n# {key}\n"))?;
        write(&path.join("HEAD"), "ref: refs/heads/none\n")?;
        sweep(&path.join("objects")).map_err(failed)?;
        let (complete, recent) = read_complete(&path.join("refs/commits")).map_err(failed)?;
        let shallow = fs::read_to_string(path.join("shallow")).unwrap_or_default();
        let shallow = shallow.lines().filter_map(Oid::parse).collect();
        let objects = Arc::new(Objects::open(&path.join("objects"))?);
        let state = Mutex::new(State { objects, complete, recent, shallow, with_history: BTreeSet::new() });
        Ok(Mirror { path, state, checked: Mutex::default(), fetching: tokio::sync::Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The objects, as of now.
    pub(crate) fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.state().objects)
    }

    /// Whether all files of that commit are here.
    pub(crate) fn has(&self, commit: Oid) -> bool {
        self.state().complete.contains(&commit)
    }

    /// The complete commits whose names begin with these digits.
    pub(crate) fn with_prefix(&self, prefix: &str) -> Vec<Oid> {
        self.state().complete.iter().filter(|commit| commit.to_string().starts_with(prefix)).copied().collect()
    }

    /// The commits to offer to a server, and those of them whose parents are not here.
    pub(crate) fn haves(&self) -> (Vec<Oid>, Vec<Oid>) {
        let state = self.state();
        let haves: Vec<Oid> = state.recent.iter().rev().copied().collect();
        let shallow = haves.iter().filter(|have| state.shallow.contains(have)).copied().collect();
        (haves, shallow)
    }

    /// Of these tips those whose history is not here, and tips whose history is.
    pub(crate) fn beyond_history(&self, tips: &BTreeSet<Oid>) -> (Vec<Oid>, Vec<Oid>) {
        let state = self.state();
        let wants = tips.difference(&state.with_history).copied().collect();
        (wants, state.with_history.iter().take(HAVES_MAX).copied().collect())
    }

    /// Notes that everything that came before these tips is here. Forgotten with the process: it only saves work.
    pub(crate) fn note_history(&self, tips: BTreeSet<Oid>) {
        self.state().with_history = tips;
    }

    /// A file for a pack on its way in: in memory while it is small.
    pub(crate) fn spool(&self) -> tempfile::SpooledTempFile {
        tempfile::spooled_tempfile_in(take_in::SPOOL_BYTES_MAX, self.path.join("objects"))
    }

    /// What a failure to write here means.
    pub(crate) fn disk_problem(&self, error: &std::io::Error) -> Problem {
        problem(&self.path, error)
    }

    /// Checks that every directory of the commit is here. Those checked before
    /// are not entered again: a new commit costs what it changed.
    pub(crate) fn check_files(&self, commit: Oid) -> Result<(), Problem> {
        let objects = self.objects();
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.check(&objects, commit)
    }

    /// Takes a pack in: afterwards its objects can be read.
    pub(crate) fn take_in(&self, pack: &mut (impl Read + Seek), limits: &GitLimits) -> Result<(), Problem> {
        let directory = self.path.join("objects");
        if take_in::take_in(pack, &directory, &self.objects(), limits)? == take_in::Taken::AsPack {
            // A fresh look makes room for any number of packs; trees made earlier keep reading through the old one.
            let objects = Arc::new(Objects::open(&directory)?);
            self.state().objects = objects;
        }
        Ok(())
    }

    /// Notes where history ends.
    pub(crate) fn move_edge(&self, shallow: &[Oid], unshallow: &[Oid]) -> Result<(), Problem> {
        if shallow.is_empty() && unshallow.is_empty() {
            return Ok(());
        }
        let mut state = self.state();
        state.shallow.extend(shallow);
        state.shallow.retain(|commit| !unshallow.contains(commit));
        let lines: Vec<String> = state.shallow.iter().map(|commit| format!("{commit}\n")).collect();
        write(&self.path.join("shallow"), &lines.concat())
    }

    /// Notes that all files of the commit are here.
    pub(crate) fn mark_complete(&self, commit: Oid) -> Result<(), Problem> {
        write(&self.path.join("refs/commits").join(commit.to_string()), &format!("{commit}\n"))?;
        let mut state = self.state();
        state.complete.insert(commit);
        state.recent.push_back(commit);
        if state.recent.len() > HAVES_MAX {
            state.recent.pop_front();
        }
        Ok(())
    }
}

/// Replaces a file as a whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let lock = path.with_file_name(name);
    let written = fs::write(&lock, text).and_then(|()| fs::rename(&lock, path));
    written.map_err(|error| problem(path, &error))
}

/// All complete commits, and the latest of them, oldest first.
fn read_complete(directory: &Path) -> std::io::Result<(BTreeSet<Oid>, VecDeque<Oid>)> {
    let mut commits = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // Lock files that a crash left are no commit names.
        if let Some(commit) = entry.file_name().to_str().and_then(Oid::parse) {
            commits.push((entry.metadata()?.modified()?, commit));
        }
    }
    commits.sort_unstable();
    let recent = commits.iter().skip(commits.len().saturating_sub(HAVES_MAX)).map(|(_, commit)| *commit).collect();
    Ok((commits.into_iter().map(|(_, commit)| commit).collect(), recent))
}

/// Something readable, and a digest that tells repositories apart.
fn directory_name(key: &str) -> String {
    let tail = key.split("://").last().unwrap_or_default();
    let tail = tail.rsplit('@').next().unwrap_or_default();
    let readable: String = tail.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let start = readable.len().saturating_sub(NAME_CHARS_MAX);
    let digest = hex::encode(&Sha256::digest(key)[..8]);
    format!("{}-{digest}", readable[start..].trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_distinct() {
        assert!(directory_name("https://github.com/org/repo").starts_with("github-com-org-repo-"));
        assert_ne!(directory_name("https://h/a-b"), directory_name("https://h/a/b"));
        assert!(!directory_name("https://h/../../x").contains(['/', '.']));
    }

    #[test]
    fn what_was_marked_is_there_after_a_restart_and_leftovers_are_not() {
        let dir = tempfile::tempdir().expect("a directory");
        let commit = Oid::from_bytes([7; 20]);
        let mirror = Mirror::open(dir.path(), "https://h/x").expect("made");
        mirror.mark_complete(commit).expect("marked");
        mirror.move_edge(&[commit], &[]).expect("noted");
        fs::create_dir(mirror.path.join("objects/incoming-abc")).expect("made");
        fs::write(mirror.path.join("objects/incoming-abc/half.pack"), "half").expect("written");
        fs::write(mirror.path.join("objects/pack/pack-1.pack"), "no index").expect("written");
        let path = mirror.path.clone();
        drop(mirror);
        let mirror = Mirror::open(dir.path(), "https://h/x").expect("opened");
        assert!(mirror.has(commit));
        assert_eq!(mirror.haves(), (vec![commit], vec![commit]));
        assert!(!path.join("objects/incoming-abc").exists() && !path.join("objects/pack/pack-1.pack").exists());
    }
}
