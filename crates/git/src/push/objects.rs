//! Objects that are to be written.

use crate::oid::Oid;
use sha1::{Digest, Sha1};

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewObject {
    pub(crate) kind: NewKind,
    pub(crate) id: Oid,
    pub(crate) content: Vec<u8>,
}

/// Its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewKind {
    Commit,
    Tree,
    Blob,
}

impl NewKind {
    fn name(self) -> &'static str {
        match self {
            NewKind::Commit => "commit",
            NewKind::Tree => "tree",
            NewKind::Blob => "blob",
        }
    }
}

impl NewObject {
    pub(crate) fn blob(content: &[u8]) -> Self {
        NewObject::new(NewKind::Blob, content.to_vec())
    }

    pub(crate) fn tree(content: Vec<u8>) -> Self {
        NewObject::new(NewKind::Tree, content)
    }

    pub(crate) fn commit(content: Vec<u8>) -> Self {
        NewObject::new(NewKind::Commit, content)
    }

    fn new(kind: NewKind, content: Vec<u8>) -> Self {
        let mut hash = Sha1::new();
        hash.update(format!("{} {}\0", kind.name(), content.len()));
        hash.update(&content);
        NewObject { kind, id: Oid::from_bytes(hash.finalize().into()), content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_gits() {
        assert_eq!(NewObject::blob(b"").id.to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(NewObject::tree(Vec::new()).id.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }
}
