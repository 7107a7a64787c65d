//! Everything a cluster holds, as of one revision, and the file it is kept in: one line of JSON for each object,
//! between a first line that says what the file is and a last one that proves it whole. Knows nothing of HTTP.
//! Start reading at [`Snapshot::write`] and [`Snapshot::read`].

use crate::group_resource::GroupResource;
use crate::store::{ObjectAt, OpenError, make_file, object_key, read_file};
use bytes::Bytes;
use object::Object;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Read, Write};
use std::path::Path;

/// The layout of the file.
const FORMAT: u64 = 1;
/// What the first line says the file is.
const KIND: &str = "EmbeddedClusterSnapshot";
/// Longest line that is read: far above the largest object that a server takes.
const LINE_BYTES_MAX: u64 = 16 << 20;
/// How much of the file is put together at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// Where an administrator asks a running server for its snapshot.
pub const SNAPSHOT_PATH: &str = "/snapshot";

/// Everything a cluster holds, as of one revision. Cheap to take: objects are shared with the server.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) revision: u64,
    pub(crate) objects: Vec<ObjectAt>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot(revision {}, {} objects)", self.revision, self.objects.len())
    }
}

/// Why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It begins like something else.
    #[error("it is no snapshot of an embedded cluster, which begins with a line that says \"{KIND}\"")]
    Foreign,
    /// A later version wrote it.
    #[error(
        "it has format {0}, this version reads {FORMAT}; restore it with the version that wrote it, or a later one"
    )]
    Format(u64),
    /// A part of it is not as it was written.
    #[error("it is damaged at line {line} ({cause}); nothing was restored: take another copy of it")]
    Damaged {
        /// Which line, counted from one.
        line: usize,
        /// What is wrong.
        cause: String,
    },
    /// The file system refused.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

#[derive(Deserialize)]
struct Head {
    kind: String,
    format: u64,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    objects: usize,
}

#[derive(Deserialize)]
struct Line<'a> {
    group: String,
    resource: String,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Tail {
    sha256: String,
}

impl Snapshot {
    /// What the file of a server that does not run holds; see [`crate::ApiServer::open`].
    ///
    /// # Errors
    /// When the file cannot be used; the message says what to do.
    pub fn of_file(path: &Path) -> Result<Self, OpenError> {
        let (revision, objects) = read_file(path)?;
        Ok(Snapshot { revision, objects })
    }

    /// Makes the file of a server, which must not be there yet, to go on from this snapshot: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn make_file(&self, path: &Path) -> Result<(), OpenError> {
        make_file(path, self.revision, &self.objects)
    }

    /// The revision it is of.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many objects there are.
    #[must_use]
    pub fn object_count(&self) -> usize {
        self.objects.len()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When `to` refuses.
    pub fn write(self, to: &mut impl Write) -> std::io::Result<()> {
        for chunk in self.chunks() {
            to.write_all(&chunk)?;
        }
        to.flush()
    }

    /// The file, piece by piece.
    pub(crate) fn chunks(self) -> impl Iterator<Item = Bytes> {
        let head = json!({"kind": KIND, "format": FORMAT, "revision": self.revision, "objects": self.objects.len()});
        let mut left = Writing { objects: self.objects.into_iter(), head: Some(head), sum: Some(Sha256::new()) };
        std::iter::from_fn(move || left.next_chunk())
    }

    /// Reads one back.
    ///
    /// # Errors
    /// When anything of it is not as it was written.
    pub fn read(from: &mut impl BufRead) -> Result<Self, SnapshotError> {
        let mut lines = Lines { from, number: 0, sum: Sha256::new() };
        let first = lines.next()?.ok_or(SnapshotError::Foreign)?;
        let head: Head = serde_json::from_slice(&first).map_err(|_| SnapshotError::Foreign)?;
        if head.kind != KIND {
            return Err(SnapshotError::Foreign);
        }
        if head.format != FORMAT {
            return Err(SnapshotError::Format(head.format));
        }
        let mut objects = Vec::new();
        for _ in 0..head.objects {
            let line = lines.next()?.ok_or_else(|| lines.damaged("it ends too early"))?;
            objects.push(object_at(&line).map_err(|cause| lines.damaged(cause))?);
        }
        let sum = hex(&lines.sum.clone().finalize());
        let last = lines.next()?.ok_or_else(|| lines.damaged("it ends too early"))?;
        let tail: Tail = serde_json::from_slice(&last).map_err(|_| lines.damaged("no sum of what is above"))?;
        if tail.sha256 != sum {
            return Err(lines.damaged("what is above has another sum than was written down"));
        }
        if lines.next()?.is_some() {
            return Err(lines.damaged("there is more than was written"));
        }
        Ok(Snapshot { revision: head.revision, objects })
    }
}

fn object_at(line: &[u8]) -> Result<ObjectAt, String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|_| "no object".to_owned())?;
    let object = Object::parse(line.object.get().as_bytes().to_vec()).map_err(|_| "no object".to_owned())?;
    let key = object_key(object.namespace().unwrap_or_default(), object.name());
    Ok((GroupResource::owned(&line.group, &line.resource), key, object))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines of a file, with the sum of those that were read.
struct Lines<'a, R> {
    from: &'a mut R,
    number: usize,
    sum: Sha256,
}

impl<R: BufRead> Lines<'_, R> {
    /// The next line with its end; `None` after the last one.
    fn next(&mut self) -> Result<Option<Vec<u8>>, SnapshotError> {
        let mut line = Vec::new();
        self.from.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        self.number += 1;
        self.sum.update(&line);
        Ok((!line.is_empty()).then_some(line))
    }

    fn damaged(&self, cause: impl Into<String>) -> SnapshotError {
        SnapshotError::Damaged { line: self.number, cause: cause.into() }
    }
}

/// A file that is being put together.
struct Writing {
    objects: std::vec::IntoIter<ObjectAt>,
    head: Option<Value>,
    /// The sum of what was put together; `None` when that is all.
    sum: Option<Sha256>,
}

impl Writing {
    fn next_chunk(&mut self) -> Option<Bytes> {
        let sum = self.sum.as_mut()?;
        let mut chunk = Vec::new();
        if let Some(head) = self.head.take() {
            chunk.extend_from_slice(format!("{head}\n").as_bytes());
        }
        while chunk.len() < CHUNK_BYTES
            && let Some((resource, _, object)) = self.objects.next()
        {
            append(&mut chunk, &resource, &object);
        }
        sum.update(&chunk);
        if self.objects.as_slice().is_empty() {
            let tail = json!({"sha256": hex(&self.sum.take()?.finalize())});
            chunk.extend_from_slice(format!("{tail}\n").as_bytes());
        }
        Some(chunk.into())
    }
}

fn append(chunk: &mut Vec<u8>, resource: &GroupResource, object: &Object) {
    let quoted = |text: &str| Value::from(text).to_string();
    let head =
        format!("{{\"group\":{},\"resource\":{},\"object\":", quoted(&resource.group), quoted(&resource.resource));
    chunk.extend_from_slice(head.as_bytes());
    let raw = object.raw();
    // Stored text is of one line; whatever else may come, the file's lines stay lines.
    if raw.contains(&b'\n') {
        chunk.extend_from_slice(object.value().to_string().as_bytes());
    } else {
        chunk.extend_from_slice(raw);
    }
    chunk.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let object = |name: &str| {
            let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}});
            Object::from_value(&map).expect("an object")
        };
        let at = |name: &str| (GroupResource::new("", "configmaps"), object_key("n", name), object(name));
        Snapshot { revision: 42, objects: ["a", "b", "c"].map(at).into() }
    }

    fn written() -> String {
        let mut file = Vec::new();
        snapshot().write(&mut file).expect("written");
        String::from_utf8(file).expect("text")
    }

    fn refusal(text: &str) -> String {
        Snapshot::read(&mut text.as_bytes()).expect_err("refused").to_string()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let read = Snapshot::read(&mut written().as_bytes()).expect("whole");
        assert_eq!(format!("{read:?}"), "Snapshot(revision 42, 3 objects)");
        let names: Vec<_> = read.objects.iter().map(|(resource, key, _)| format!("{resource} {key}")).collect();
        assert_eq!(names, ["configmaps n/a", "configmaps n/b", "configmaps n/c"]);
    }

    /// Wherever it is cut off, whichever byte is another: it is refused.
    #[test]
    fn a_damaged_snapshot_is_refused_wherever_the_damage_is() {
        let whole = written();
        for end in 0..whole.len() - 1 {
            assert!(Snapshot::read(&mut &whole.as_bytes()[..end]).is_err(), "cut off at {end}");
        }
        for place in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] ^= 1;
            let read = Snapshot::read(&mut &*bytes);
            // The last line's end is no part of what it says.
            assert!(read.is_err() || place == whole.len() - 1, "another byte at {place}");
        }
        assert!(refusal(&whole.replace("\"b\"", "\"x\"")).contains("another sum"), "{}", refusal(&whole));
        assert_eq!(
            refusal(&format!("{whole}\n")),
            "it is damaged at line 6 (there is more than was written); nothing was restored: take another copy of it"
        );
    }

    #[test]
    fn other_files_and_later_formats_are_told_apart() {
        for foreign in ["", "apiVersion: v1\nkind: List\n", "{}\n", "{\"kind\":\"List\",\"format\":1}\n"] {
            assert!(refusal(foreign).starts_with("it is no snapshot"), "{foreign:?}");
        }
        let later = written().replacen("\"format\":1", "\"format\":2", 1);
        assert!(refusal(&later).starts_with("it has format 2, this version reads 1;"), "{}", refusal(&later));
    }
}
