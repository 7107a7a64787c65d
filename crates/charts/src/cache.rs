//! What is kept on disk: archives by their digest, indexes by where they came from. Files appear whole or not at all, are
//! checked when they are read, and what was unused for longest makes room.

use crate::problem::{Problem, disk};
use bytes::Bytes;
use clock::Clock;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::NamedTempFile;

/// How many files are looked at when room is made: far more than fit.
const FILES_MAX: usize = 100_000;

#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
    bytes_max: u64,
    clock: Clock,
}

/// What is known of a kept index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexMark {
    /// What the server calls this state of it.
    pub(crate) etag: Option<String>,
    /// When it last changed, in the server's words.
    pub(crate) last_modified: Option<String>,
    /// When the server was last asked, in milliseconds since 1970.
    pub(crate) asked_millis: i64,
}

/// What an exact version of a chart was, when it was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionNote {
    /// Its version as the repository spells it.
    pub(crate) version: String,
    /// Where its archive lay.
    pub(crate) url: String,
    /// The archive's SHA-256, in hexadecimal.
    pub(crate) digest: String,
}

/// The SHA-256 of `content`, in hexadecimal.
pub(crate) fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

impl Cache {
    pub(crate) fn new(folder: &Path, bytes_max: u64, clock: &Clock) -> Result<Self, Problem> {
        let cache = Cache { folder: folder.to_owned(), bytes_max, clock: clock.clone() };
        for part in [cache.archives(), cache.indexes(), cache.unfinished()] {
            fs::create_dir_all(part).map_err(|error| disk(&error))?;
        }
        Ok(cache)
    }

    fn archives(&self) -> PathBuf {
        self.folder.join("sha256")
    }

    fn indexes(&self) -> PathBuf {
        self.folder.join("indexes")
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.join("unfinished")
    }

    fn archive(&self, digest: &str) -> PathBuf {
        self.archives().join(format!("{digest}.tgz"))
    }

    /// The archive with that SHA-256. One that does not have it (any more) is thrown away.
    pub(crate) fn get(&self, digest: &str, bytes_max: u64) -> Option<Bytes> {
        let path = self.archive(digest);
        let mut content = Vec::new();
        let file = File::open(&path).ok()?;
        file.take(bytes_max + 1).read_to_end(&mut content).ok()?;
        if sha256(&content) != digest {
            let _ = fs::remove_file(&path);
            return None;
        }
        self.touch(&path);
        Some(content.into())
    }

    /// Keeps an archive. Whoever reads it meanwhile sees the old file or the new one, which are equal.
    pub(crate) fn put(&self, digest: &str, content: &[u8]) -> Result<(), Problem> {
        let mut file = self.begin()?;
        file.write_all(content).map_err(|error| disk(&error))?;
        self.finish(file, &self.archive(digest))
    }

    /// A file to write an answer to; it is gone unless it is finished.
    pub(crate) fn begin(&self) -> Result<NamedTempFile, Problem> {
        NamedTempFile::new_in(self.unfinished()).map_err(|error| disk(&error))
    }

    fn finish(&self, file: NamedTempFile, path: &Path) -> Result<(), Problem> {
        file.persist(path).map_err(|error| disk(&error.error))?;
        self.make_room();
        Ok(())
    }

    /// The index kept under `key`, and what is known of it.
    pub(crate) fn index(&self, key: &str) -> Option<(File, IndexMark)> {
        let mark = fs::read(self.indexes().join(format!("{key}.json"))).ok()?;
        let mark = serde_json::from_slice(&mark).ok()?;
        let path = self.indexes().join(format!("{key}.yaml"));
        let file = File::open(&path).ok()?;
        self.touch(&path);
        Some((file, mark))
    }

    /// Keeps an index.
    pub(crate) fn keep_index(&self, key: &str, file: NamedTempFile, mark: &IndexMark) -> Result<(), Problem> {
        // Without its mark an index does not count: the old mark goes first.
        let _ = fs::remove_file(self.indexes().join(format!("{key}.json")));
        self.finish(file, &self.indexes().join(format!("{key}.yaml")))?;
        self.mark(key, mark)
    }

    /// Notes that the index is still the same.
    pub(crate) fn mark(&self, key: &str, mark: &IndexMark) -> Result<(), Problem> {
        let text = serde_json::to_vec(mark).map_err(|error| Problem::Disk { detail: error.to_string() })?;
        let mut file = self.begin()?;
        file.write_all(&text).map_err(|error| disk(&error))?;
        file.persist(self.indexes().join(format!("{key}.json"))).map_err(|error| disk(&error.error))?;
        Ok(())
    }

    /// What is noted of an exact version under `key`.
    pub(crate) fn note(&self, key: &str) -> Option<VersionNote> {
        let path = self.note_path(key);
        let note = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        self.touch(&path);
        Some(note)
    }

    /// Notes what an exact version is.
    pub(crate) fn put_note(&self, key: &str, note: &VersionNote) -> Result<(), Problem> {
        let text = serde_json::to_vec(note).map_err(|error| Problem::Disk { detail: error.to_string() })?;
        let mut file = self.begin()?;
        file.write_all(&text).map_err(|error| disk(&error))?;
        self.finish(file, &self.note_path(key))
    }

    fn note_path(&self, key: &str) -> PathBuf {
        self.indexes().join(format!("{key}.version"))
    }

    /// Notes that a file was used. Where that cannot be noted, it only goes a little earlier.
    fn touch(&self, path: &Path) {
        if let Ok(file) = File::options().append(true).open(path) {
            let _ = file.set_modified(SystemTime::from(self.clock.now()));
        }
    }

    /// Takes away what was unused for longest until everything fits.
    fn make_room(&self) {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = [self.archives(), self.indexes()]
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .take(FILES_MAX)
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        let mut sum: u64 = files.iter().map(|(_, length, _)| length).sum();
        files.sort();
        for (_, length, path) in files {
            if sum <= self.bytes_max {
                return;
            }
            if fs::remove_file(path).is_ok() {
                sum -= length;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, bytes_max: u64) -> Cache {
        Cache::new(folder, bytes_max, &Clock::system()).expect("a cache")
    }

    #[test]
    fn what_does_not_match_its_digest_is_thrown_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 1000);
        let digest = sha256(b"chart");
        cache.put(&digest, b"chart").expect("kept");
        assert_eq!(cache.get(&digest, 1000).as_deref(), Some(&b"chart"[..]));
        fs::write(cache.archive(&digest), b"other").expect("written");
        assert_eq!(cache.get(&digest, 1000), None);
        assert!(!cache.archive(&digest).exists());
    }

    #[test]
    fn what_was_unused_for_longest_makes_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 250);
        let digests: Vec<String> = (0..3_u8).map(|at| sha256(&[at; 100])).collect();
        for (at, digest) in (0..2_u8).zip(&digests) {
            cache.put(digest, &[at; 100]).expect("kept");
            let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000 - u64::from(at));
            let file = File::options().append(true).open(cache.archive(digest)).expect("opens");
            file.set_modified(long_ago).expect("set");
        }
        assert!(cache.get(&digests[1], 1000).is_some(), "the older one is used again");
        cache.put(&digests[2], &[2; 100]).expect("kept");
        assert!(cache.get(&digests[0], 1000).is_none());
        assert!(cache.get(&digests[1], 1000).is_some());
        assert!(cache.get(&digests[2], 1000).is_some());
    }

    #[test]
    fn an_index_counts_only_with_its_mark() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 1000);
        let mark = IndexMark { etag: Some("\"1\"".into()), last_modified: None, asked_millis: 7 };
        let mut file = cache.begin().expect("a file");
        file.write_all(b"index").expect("written");
        cache.keep_index("k", file, &mark).expect("kept");
        assert_eq!(cache.index("k").expect("kept").1, mark);
        fs::remove_file(cache.indexes().join("k.json")).expect("removed");
        assert!(cache.index("k").is_none());
        assert_eq!(fs::read_dir(cache.unfinished()).expect("a folder").count(), 0);
    }
}
