//! Directories with changes in them: only those on the way to a change are written anew.

use super::objects::NewObject;
use crate::change::Change;
use crate::error::Problem;
use crate::oid::Oid;
use crate::store::{Kind, Objects};
use std::collections::BTreeMap;
use tree::TreePath;

/// The largest directory that is rewritten.
const DIRECTORY_BYTES_MAX: u64 = 48 << 20;

const DIRECTORY: &[u8] = b"40000";
const FILE: &[u8] = b"100644";
const EXECUTABLE: &[u8] = b"100755";
const LINK: &[u8] = b"120000";

/// One change, by what is left of its path.
type Left<'c> = (Vec<&'c str>, &'c Change);

/// The entries of a directory, by name.
type Entries = BTreeMap<Vec<u8>, (Vec<u8>, Oid)>;

/// The directory `root` with the changes made. What had to be written is added to `new`.
pub(super) fn edit(
    objects: &Objects,
    root: Oid,
    changes: &[(TreePath, &Change)],
    new: &mut Vec<NewObject>,
) -> Result<Oid, Problem> {
    let left: Vec<Left<'_>> = changes.iter().map(|(path, change)| (path.segments().collect(), *change)).collect();
    let edited = edit_directory(objects, Some(root), &left, new)?;
    Ok(edited.unwrap_or_else(|| add(new, NewObject::tree(Vec::new()))))
}

/// As deep as paths are, which [`TreePath`] bounds. `None` for a directory without entries, which Git does not keep.
fn edit_directory(
    objects: &Objects,
    id: Option<Oid>,
    changes: &[Left<'_>],
    new: &mut Vec<NewObject>,
) -> Result<Option<Oid>, Problem> {
    let mut entries = id.map_or(Ok(Entries::new()), |id| read(objects, id))?;
    let mut groups: BTreeMap<&str, Vec<Left<'_>>> = BTreeMap::new();
    for (path, change) in changes {
        if let Some((first, rest)) = path.split_first() {
            groups.entry(first).or_default().push((rest.to_vec(), change));
        }
    }
    for (name, group) in groups {
        let known = entries.get(name.as_bytes()).cloned();
        let changed = match group.iter().rfind(|(rest, _)| rest.is_empty()) {
            Some((_, change)) => put(change, known.as_ref(), new),
            None => {
                let below = known.filter(|(mode, _)| mode == DIRECTORY).map(|(_, id)| id);
                edit_directory(objects, below, &group, new)?.map(|id| (DIRECTORY.to_vec(), id))
            }
        };
        match changed {
            Some(entry) => drop(entries.insert(name.as_bytes().to_vec(), entry)),
            None => drop(entries.remove(name.as_bytes())),
        }
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let written = NewObject::tree(write(&entries));
    Ok(Some(if id == Some(written.id) { written.id } else { add(new, written) }))
}

/// What stands at a path after a change; a file that can be run stays one.
fn put(change: &Change, known: Option<&(Vec<u8>, Oid)>, new: &mut Vec<NewObject>) -> Option<(Vec<u8>, Oid)> {
    let (mode, content) = match change {
        Change::Remove => return None,
        Change::Link(target) => (LINK, target),
        Change::File(content) => {
            (if known.is_some_and(|(mode, _)| mode == EXECUTABLE) { EXECUTABLE } else { FILE }, content)
        }
    };
    let blob = NewObject::blob(content.as_bytes());
    let is_there = known.is_some_and(|(_, id)| *id == blob.id);
    Some((mode.to_vec(), if is_there { blob.id } else { add(new, blob) }))
}

fn add(new: &mut Vec<NewObject>, object: NewObject) -> Oid {
    let id = object.id;
    if !new.iter().any(|known| known.id == id) {
        new.push(object);
    }
    id
}

fn read(objects: &Objects, id: Oid) -> Result<Entries, Problem> {
    let damaged = || Problem::Store { detail: format!("directory object {id} is missing or damaged") };
    let Some((Kind::Tree, data)) = objects.read(id, DIRECTORY_BYTES_MAX)? else { return Err(damaged()) };
    let mut entries = Entries::new();
    let mut rest = data.as_slice();
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or_else(damaged)?;
        let end = rest.iter().position(|byte| *byte == 0).filter(|end| *end > space).ok_or_else(damaged)?;
        let id: [u8; 20] = rest.get(end + 1..end + 21).and_then(|id| id.try_into().ok()).ok_or_else(damaged)?;
        entries.insert(rest[space + 1..end].to_vec(), (rest[..space].to_vec(), Oid::from_bytes(id)));
        rest = &rest[end + 21..];
    }
    Ok(entries)
}

/// Git sorts directories as if their names ended with a slash.
fn write(entries: &Entries) -> Vec<u8> {
    let mut sorted: Vec<_> = entries.iter().collect();
    let key = |name: &[u8], mode: &[u8]| [name, if mode == DIRECTORY { b"/" } else { &b""[..] }].concat();
    sorted.sort_by_cached_key(|(name, (mode, _))| key(name, mode));
    let mut out = Vec::new();
    for (name, (mode, id)) in sorted {
        out.extend_from_slice(mode);
        out.push(b' ');
        out.extend_from_slice(name);
        out.push(0);
        out.extend_from_slice(id.as_bytes());
    }
    out
}
