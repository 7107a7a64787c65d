//! One directory of a commit, decoded once.

use crate::oid::Oid;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind as Mode;
use tree::EntryKind;

/// A directory's names, sorted by bytes, with what stands there.
#[derive(Debug)]
pub(super) struct Listing {
    entries: Vec<ListingEntry>,
}

#[derive(Debug)]
pub(super) struct ListingEntry {
    /// The name; bytes that are not UTF-8 are replaced, so that such a file can at least be named in a message.
    pub name: Box<str>,
    pub kind: EntryKind,
    pub id: Oid,
}

impl Listing {
    /// Decodes a tree object.
    ///
    /// # Errors
    /// What is wrong with it: damaged, or a name that no directory can hold.
    pub(super) fn decode(data: &[u8]) -> Result<Self, String> {
        let mut entries = Vec::new();
        for entry in TreeRefIter::from_bytes(data, gix::hash::Kind::Sha1) {
            let entry = entry.map_err(|_| "damaged directory object".to_owned())?;
            let name = String::from_utf8_lossy(entry.filename).into_owned();
            if !may_be_name(&name) {
                return Err(format!("directory holds an entry named {name:?}, which Git does not allow"));
            }
            let kind = match entry.mode.kind() {
                Mode::Tree => EntryKind::Directory,
                Mode::Blob | Mode::BlobExecutable => EntryKind::File,
                Mode::Link => EntryKind::Symlink,
                Mode::Commit => EntryKind::Submodule,
            };
            let id = entry.oid.as_bytes().try_into().map(Oid::from_bytes).map_err(|_| "damaged directory object")?;
            entries.push(ListingEntry { name: name.into(), kind, id });
        }
        // Git sorts directories as if their names ended with a slash.
        entries.sort_by(|left, right| left.name.as_bytes().cmp(right.name.as_bytes()));
        entries.dedup_by(|next, first| next.name == first.name);
        entries.shrink_to_fit();
        Ok(Listing { entries })
    }

    pub(super) fn get(&self, name: &str) -> Option<&ListingEntry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_bytes().cmp(name.as_bytes())).ok()?;
        self.entries.get(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ListingEntry> {
        self.entries.iter()
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let names: usize = self.entries.iter().map(|entry| entry.name.len()).sum();
        names + self.entries.len() * (size_of::<ListingEntry>() + 16) + 64
    }
}

/// Git refuses these on checkout; a server that sends them means harm.
fn may_be_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']) && !name.eq_ignore_ascii_case(".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str)]) -> Vec<u8> {
        let line = |(mode, name): &(&str, &str)| [format!("{mode} {name}\0").as_bytes(), &[7; 20]].concat();
        entries.iter().flat_map(line).collect()
    }

    #[test]
    fn names_are_sorted_by_bytes_and_found() {
        let listing = Listing::decode(&tree(&[("100644", "a.b"), ("40000", "a"), ("120000", "l"), ("160000", "s")]));
        let listing = listing.expect("a tree");
        let names: Vec<(&str, EntryKind)> = listing.iter().map(|entry| (&*entry.name, entry.kind)).collect();
        let kinds = [EntryKind::Directory, EntryKind::File, EntryKind::Symlink, EntryKind::Submodule];
        assert_eq!(names, ["a", "a.b", "l", "s"].into_iter().zip(kinds).collect::<Vec<_>>());
        assert_eq!(listing.get("a.b").map(|entry| entry.kind), Some(EntryKind::File));
        assert!(listing.get("b").is_none());
    }

    #[test]
    fn harmful_names_are_refused() {
        for name in ["..", ".", ".git", ".GIT", "a/b", ""] {
            assert!(Listing::decode(&tree(&[("100644", name)])).is_err(), "{name:?}");
        }
        assert!(Listing::decode(b"100644 a\0short").is_err());
    }
}
