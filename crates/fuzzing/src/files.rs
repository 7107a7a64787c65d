//! Several files in one input: a line `-- path --` begins each, `-- path -> target --` is a link.

use bytes::Bytes;
use tree::{MemoryTree, TreePath};

/// The files of an input; what stands before the first is left out, as are paths that lead outside.
pub(crate) fn tree_of(input: &[u8]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    let mut open: Option<(TreePath, Vec<u8>)> = None;
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        match header(line) {
            Some(head) => {
                close(&mut tree, open.take());
                open = begin(&mut tree, head);
            }
            None => {
                if let Some((_, content)) = &mut open {
                    content.extend_from_slice(line);
                }
            }
        }
    }
    close(&mut tree, open);
    tree
}

fn header(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    line.trim_end().strip_prefix("-- ")?.strip_suffix(" --")
}

fn begin(tree: &mut MemoryTree, head: &str) -> Option<(TreePath, Vec<u8>)> {
    match head.split_once(" -> ") {
        Some((path, target)) => {
            if let Some(path) = path_of(path) {
                tree.insert_link(path, target);
            }
            None
        }
        None => path_of(head).map(|path| (path, Vec::new())),
    }
}

fn path_of(text: &str) -> Option<TreePath> {
    TreePath::parse(text).ok().filter(|path| !path.is_root())
}

fn close(tree: &mut MemoryTree, open: Option<(TreePath, Vec<u8>)>) {
    if let Some((path, content)) = open {
        tree.insert_file(path, Bytes::from(content));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tree::{EntryKind, Tree};

    #[test]
    fn files_and_links_are_told_apart() {
        let tree = tree_of(b"ignored\n-- a/b --\none\ntwo\n-- l -> a --\n-- ../x --\nlost\n-- c --\n");
        let read = |path: &str| tree.read(&TreePath::parse(path).expect("a path"), 100).ok();
        assert_eq!(read("a/b").as_deref(), Some(&b"one\ntwo\n"[..]));
        assert_eq!(read("c").as_deref(), Some(&b""[..]));
        let link = tree.entry(&TreePath::parse("l").expect("a path")).expect("readable").map(|entry| entry.kind);
        assert_eq!(link, Some(EntryKind::Symlink));
        assert_eq!(tree.list(&TreePath::root()).expect("a directory").len(), 3);
    }
}
