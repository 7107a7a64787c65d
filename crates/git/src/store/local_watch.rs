//! Noticing that refs of a local repository changed, by file status alone: a few microseconds, no object access.
//!
//! Git replaces ref files by renaming, so a changed ref is a new file in its directory; new and deleted refs change the
//! directory. Both show in the status of what is watched: HEAD, packed-refs, the directories under refs/ and the files
//! in them, and the table list of the reftable format.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many files and directories are looked at; beyond that only the directories found first are.
const WATCHED_MAX: usize = 4096;

/// Watches one repository.
#[derive(Debug)]
pub struct LocalWatch {
    /// Files that are always looked at.
    fixed: Vec<PathBuf>,
    refs: PathBuf,
    /// What was found under refs/ when a directory changed last.
    found: Vec<PathBuf>,
    /// The status of the directories among them at that time.
    directories: u64,
    last: Option<u64>,
}

impl LocalWatch {
    /// Watches the repository whose own directory is `git_dir`; `common_dir` is another one for linked work trees.
    #[must_use]
    pub fn new(git_dir: &Path, common_dir: &Path) -> Self {
        let fixed =
            vec![git_dir.join("HEAD"), common_dir.join("packed-refs"), common_dir.join("reftable").join("tables.list")];
        let refs = common_dir.join("refs");
        LocalWatch { fixed, refs, found: Vec::new(), directories: 0, last: None }
    }

    /// Whether anything changed since this was called last; `true` the first time.
    pub fn changed(&mut self) -> bool {
        let mark = Some(self.mark());
        let changed = mark != self.last;
        self.last = mark;
        changed
    }

    /// The present state as a number.
    pub fn mark(&mut self) -> u64 {
        let (mut all, directories) = self.look();
        if directories != self.directories || self.found.is_empty() {
            self.found = walk(&self.refs);
            (all, self.directories) = self.look();
        }
        all
    }

    /// The status of everything watched, and of the directories among it.
    fn look(&self) -> (u64, u64) {
        let (mut all, mut directories) = (DefaultHasher::new(), DefaultHasher::new());
        for path in self.fixed.iter().chain(&self.found) {
            let status = fs::symlink_metadata(path).ok();
            let status = status.as_ref();
            status.map(identity).hash(&mut all);
            if status.is_some_and(Metadata::is_dir) {
                status.map(identity).hash(&mut directories);
            }
        }
        (all.finish(), directories.finish())
    }
}

/// What differs whenever a file was replaced or written.
fn identity(status: &Metadata) -> (u64, u64, u64, i64, i64, i64, i64) {
    let (modified, changed) = ((status.mtime(), status.mtime_nsec()), (status.ctime(), status.ctime_nsec()));
    (status.dev(), status.ino(), status.size(), modified.0, modified.1, changed.0, changed.1)
}

/// All directories and files under `root`, itself included, in a fixed order.
fn walk(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    let mut at = 0;
    while at < found.len() && found.len() < WATCHED_MAX {
        let mut children: Vec<PathBuf> = match fs::read_dir(&found[at]) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(_) => Vec::new(),
        };
        children.sort();
        found.extend(children);
        at += 1;
    }
    found.truncate(WATCHED_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_ref_can_change_is_seen() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |path: &str| dir.path().join(path);
        fs::create_dir_all(at("refs/heads")).expect("made");
        fs::create_dir_all(at("refs/tags")).expect("made");
        fs::write(at("HEAD"), "ref: refs/heads/main\n").expect("written");
        let mut watch = LocalWatch::new(dir.path(), dir.path());
        assert!(watch.changed(), "the first look");
        assert!(!watch.changed(), "nothing happened");
        let replace = |path: &str, text: &str| {
            fs::write(at("lock"), text).expect("written");
            fs::rename(at("lock"), at(path)).expect("renamed");
        };
        replace("refs/heads/main", "one");
        assert!(watch.changed(), "a new branch");
        replace("refs/heads/main", "two");
        assert!(watch.changed(), "a moved branch");
        fs::write(at("refs/heads/main"), "three").expect("written");
        assert!(watch.changed(), "a branch written in place");
        fs::create_dir_all(at("refs/heads/feature")).expect("made");
        replace("refs/heads/feature/a", "one");
        assert!(watch.changed(), "a branch in a new directory");
        replace("refs/heads/feature/a", "two");
        assert!(watch.changed(), "that branch moved");
        replace("HEAD", "ref: refs/heads/other\n");
        assert!(watch.changed(), "HEAD");
        replace("packed-refs", "x");
        assert!(watch.changed(), "packed refs");
        fs::remove_file(at("refs/heads/main")).expect("removed");
        assert!(watch.changed(), "a deleted branch");
        assert!(!watch.changed(), "nothing happened");
    }
}
