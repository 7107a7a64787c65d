//! A bare mirror on disk: what was fetched of one remote repository.
//!
//! ```text
//! <data>/<name>-<digest>/          HEAD, config: git itself could read it
//!     objects/                     packs of first fetches, loose objects of the small ones after
//!     refs/commits/<commit>        one for every commit whose files are all here
//!     shallow                      the commits whose parents are not here, as git keeps it
//!     admitted/<digest>            one for every way to reach it that its server let in
//!     settled                      how many bytes it had when it was repacked last
//! ```
//!
//! Every step leaves a mirror that is right: objects come first, the ref that says so last; when it is repacked, refs go
//! first and objects last. What a crash leaves behind is swept away when the mirror is opened.

use super::checked::Checked;
use super::clutter::{Clutter, remove_old};
use super::disk::Disk;
use super::failure::problem;
use super::objects::Objects;
use super::repack::{reachable, write_pack};
use super::take_in::{self, Intake, Keep, Taken, sweep};
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

/// How many ways to reach a repository are remembered as let in; beyond that all are asked for anew.
const ADMITTED_MAX: usize = 64;

/// How many characters of a URL a mirror's directory name shows.
const NAME_CHARS_MAX: usize = 40;

/// One repository's mirror.
pub(crate) struct Mirror {
    path: PathBuf,
    disk: Disk,
    state: Mutex<State>,
    checked: Mutex<Checked>,
    /// Held while objects come or go.
    moving: Mutex<()>,
    /// Held by whoever fetches or repacks.
    pub(crate) fetching: Arc<tokio::sync::Mutex<()>>,
}

struct State {
    objects: Arc<Objects>,
    complete: BTreeSet<Oid>,
    recent: VecDeque<Oid>,
    /// Complete commits that somebody asked for since the mirror was opened or repacked.
    asked: BTreeSet<Oid>,
    shallow: BTreeSet<Oid>,
    with_history: BTreeSet<Oid>,
    /// Tips of which all commits are here, but not all files.
    histories: VecDeque<Oid>,
}

impl Mirror {
    /// Opens the mirror for the repository with that key under `data_dir`, making it when there is none.
    pub(crate) fn open(data_dir: &Path, key: &str) -> Result<Self, Problem> {
        Mirror::open_on(Disk::default(), data_dir, key)
    }

    /// The same on a disk that somebody may listen to.
    pub(crate) fn open_on(disk: Disk, data_dir: &Path, key: &str) -> Result<Self, Problem> {
        let path = data_dir.join(directory_name(key));
        let failed = |error: std::io::Error| problem(&path, &error);
        fs::create_dir_all(path.join("objects/pack")).map_err(failed)?;
        fs::create_dir_all(path.join("objects/info")).map_err(failed)?;
        fs::create_dir_all(path.join("refs/commits")).map_err(failed)?;
        fs::create_dir_all(path.join("admitted")).map_err(failed)?;
        let config = format!("[core]\n\trepositoryformatversion = 0\n\tbare = true\n# {key}\n");
        // Once: so that a full disk keeps nobody from reading what is here.
        for (name, text) in [("config", config.as_str()), ("HEAD", "ref: refs/heads/none\n")] {
            if !path.join(name).exists() {
                write(&disk, &path.join(name), text)?;
            }
        }
        sweep(&path.join("objects")).map_err(failed)?;
        let (complete, recent) = read_complete(&path.join("refs/commits")).map_err(failed)?;
        let shallow = fs::read_to_string(path.join("shallow")).unwrap_or_default();
        let shallow = shallow.lines().filter_map(Oid::parse).collect();
        let objects = Arc::new(Objects::open(&path.join("objects"))?);
        let (asked, with_history, histories) = Default::default();
        let state = Mutex::new(State { objects, complete, recent, asked, shallow, with_history, histories });
        let (checked, moving, fetching) = (Mutex::default(), Mutex::default(), Arc::default());
        Ok(Mirror { path, disk, state, checked, moving, fetching })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The objects, as of now.
    pub(crate) fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.state().objects)
    }

    /// Whether all files of that commit are here. Whoever asks for one that is is about to read it.
    pub(crate) fn has(&self, commit: Oid) -> bool {
        let mut state = self.state();
        let is_here = state.complete.contains(&commit);
        if is_here {
            state.asked.insert(commit);
        }
        is_here
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

    /// Tips of which all commits are here.
    pub(crate) fn histories(&self) -> Vec<Oid> {
        self.state().histories.iter().copied().collect()
    }

    /// Notes that all commits that led to `tip` are here. Forgotten with the process and with every repack.
    pub(crate) fn note_commits_of(&self, tip: Oid) {
        let mut state = self.state();
        state.histories.push_back(tip);
        if state.histories.len() > HAVES_MAX {
            state.histories.pop_front();
        }
    }

    /// A file for a pack on its way in: in memory while it is small.
    pub(crate) fn spool(&self) -> tempfile::SpooledTempFile {
        tempfile::spooled_tempfile_in(take_in::SPOOL_BYTES_MAX, self.path.join("objects"))
    }

    /// To be called before a pack on its way in is written on.
    pub(crate) fn announce(&self) -> std::io::Result<()> {
        self.disk.step("write a piece of a pack on its way in")
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
        // A fetch that was given up may still be at it.
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_in_and(pack, Keep::AsFits, limits).map(drop)
    }

    fn take_in_and(&self, pack: &mut (impl Read + Seek), keep: Keep, limits: &GitLimits) -> Result<Taken, Problem> {
        let (directory, present) = (self.path.join("objects"), self.objects());
        let intake = Intake { directory: &directory, present: &present, limits, disk: &self.disk };
        let taken = take_in::take_in(pack, keep, &intake)?;
        if matches!(taken, Taken::AsPack(_)) {
            // A fresh look makes room for any number of packs; trees made earlier keep reading through the old one.
            let objects = Arc::new(Objects::open(&directory)?);
            self.state().objects = objects;
        }
        Ok(taken)
    }

    /// Whether so much lies here that nobody needs that it is worth a repack.
    pub(crate) fn is_cluttered(&self) -> bool {
        Clutter::look(&self.path).is_ok_and(|clutter| clutter.is_due())
    }

    /// Keeps the commits in `in_use`, those fetched last and those asked for since the last time, in one new pack, and
    /// lets go of everything else.
    ///
    /// Assumption: the caller holds [`Mirror::fetching`].
    ///
    /// Guarantees: what is kept can be read at every moment, also through trees made earlier. Interrupted anywhere, the
    /// mirror is right and only larger than need be.
    pub(crate) fn repack(&self, in_use: &BTreeSet<Oid>, limits: &GitLimits) -> Result<(), Problem> {
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |error: std::io::Error| problem(&self.path, &error);
        let old = Clutter::look(&self.path).map_err(failed)?;
        let objects = self.objects();
        let keep = self.let_go(in_use).map_err(failed)?;
        // History before what is kept goes: that must be known before it is gone.
        self.move_edge(&keep.iter().copied().collect::<Vec<_>>(), &[])?;
        let ids = reachable(&objects, &keep)?;
        let mut pack = tempfile::tempfile_in(self.path.join("objects")).map_err(failed)?;
        let mut buffered = std::io::BufWriter::new(&mut pack);
        self.announce().map_err(failed)?;
        write_pack(&objects, &ids, limits.object_bytes_max, &self.path, &mut buffered)?;
        drop(buffered);
        if let Taken::AsPack(new) = self.take_in_and(&mut pack, Keep::AsPack, limits)? {
            remove_old(&old, &new, &self.disk).map_err(failed)?;
        }
        let settled = Clutter::look(&self.path).map_err(failed)?.pack_bytes();
        write(&self.disk, &self.path.join("settled"), &settled.to_string())
    }

    /// Forgets the commits that nobody needs, and gives those that stay.
    fn let_go(&self, in_use: &BTreeSet<Oid>) -> std::io::Result<BTreeSet<Oid>> {
        let (keep, gone) = {
            let mut state = self.state();
            let is_needed =
                |commit: &Oid| in_use.contains(commit) || state.asked.contains(commit) || state.recent.contains(commit);
            let (keep, gone): (BTreeSet<Oid>, BTreeSet<Oid>) = state.complete.iter().copied().partition(is_needed);
            state.complete.clone_from(&keep);
            state.asked.clear();
            state.with_history.clear();
            state.histories.clear();
            (keep, gone)
        };
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Checked::default();
        for commit in gone {
            self.disk.step("remove the mark of a commit")?;
            fs::remove_file(self.path.join("refs/commits").join(commit.to_string()))?;
        }
        Ok(keep)
    }

    /// Whether the server let in whoever has this digest, in this process or an earlier one.
    pub(crate) fn admits(&self, digest: &str) -> bool {
        self.path.join("admitted").join(digest).exists()
    }

    /// Notes that the server let in whoever has this digest.
    pub(crate) fn admit(&self, digest: &str) -> Result<(), Problem> {
        let directory = self.path.join("admitted");
        let failed = |error: std::io::Error| problem(&directory, &error);
        if self.admits(digest) {
            return Ok(());
        }
        let known = fs::read_dir(&directory).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        if known.len() >= ADMITTED_MAX {
            known.iter().try_for_each(|entry| fs::remove_file(entry.path())).map_err(failed)?;
        }
        write(&self.disk, &directory.join(digest), "")
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
        write(&self.disk, &self.path.join("shallow"), &lines.concat())
    }

    /// Notes that all files of the commit are here.
    pub(crate) fn mark_complete(&self, commit: Oid) -> Result<(), Problem> {
        write(&self.disk, &self.path.join("refs/commits").join(commit.to_string()), &format!("{commit}\n"))?;
        let mut state = self.state();
        state.complete.insert(commit);
        state.asked.insert(commit);
        state.recent.push_back(commit);
        if state.recent.len() > HAVES_MAX {
            state.recent.pop_front();
        }
        Ok(())
    }
}

/// Replaces a file as a whole or not at all.
fn write(disk: &Disk, path: &Path, text: &str) -> Result<(), Problem> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let lock = path.with_file_name(name);
    let written = disk.step("write a small file").and_then(|()| fs::write(&lock, text));
    let moved = written.and_then(|()| disk.step("put a small file in place")).and_then(|()| fs::rename(&lock, path));
    moved.map_err(|error| problem(path.parent().unwrap_or(path), &error))
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
