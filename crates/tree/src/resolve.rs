//! Following symbolic links without leaving the tree.

use crate::{EntryKind, Tree, TreeError, TreePath};

/// How many links in a row are followed, as Linux does.
pub const LINKS_MAX: u32 = 40;

/// The longest link target read, in bytes.
const TARGET_BYTES_MAX: u64 = 4096;

/// The path that `path` really names once every link on the way is followed. The result may be absent.
///
/// # Errors
/// [`TreeError::Escapes`] when a link leads out of the tree or is absolute, [`TreeError::TooManyLinks`] for loops.
pub fn resolve(tree: &dyn Tree, path: &TreePath) -> Result<TreePath, TreeError> {
    let mut links = 0;
    let mut done = TreePath::root();
    let mut todo: Vec<String> = path.segments().map(str::to_owned).rev().collect();
    while let Some(segment) = todo.pop() {
        if segment == ".." {
            done = done.parent().ok_or_else(|| TreeError::Escapes { path: path.clone() })?;
            continue;
        }
        let next = done.child(&segment);
        if tree.entry(&next)?.is_none_or(|entry| entry.kind != EntryKind::Symlink) {
            done = next;
            continue;
        }
        links += 1;
        if links > LINKS_MAX {
            return Err(TreeError::TooManyLinks { path: next });
        }
        let target = tree.read(&next, TARGET_BYTES_MAX)?;
        let target =
            std::str::from_utf8(&target).ok().filter(|target| !target.starts_with('/') && !target.contains('\0'));
        let target = target.ok_or_else(|| TreeError::Escapes { path: next.clone() })?;
        let segments = target.split('/').filter(|segment| !segment.is_empty() && *segment != ".");
        todo.extend(segments.rev().map(str::to_owned));
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryTree;

    fn path(text: &str) -> TreePath {
        TreePath::parse(text).expect("a path")
    }

    #[test]
    fn links_are_followed_inside_and_refused_outside() {
        let mut tree = MemoryTree::from_files([("a/real/x.yaml", "x")]);
        tree.insert_link(path("a/link"), "real");
        tree.insert_link(path("b/up"), "../a/link/x.yaml");
        tree.insert_link(path("out"), "../../etc/passwd");
        tree.insert_link(path("absolute"), "/etc/passwd");
        tree.insert_link(path("loop"), "loop");
        assert_eq!(resolve(&tree, &path("b/up")), Ok(path("a/real/x.yaml")));
        assert_eq!(resolve(&tree, &path("out")), Err(TreeError::Escapes { path: path("out") }));
        assert_eq!(resolve(&tree, &path("absolute")), Err(TreeError::Escapes { path: path("absolute") }));
        assert_eq!(resolve(&tree, &path("loop")), Err(TreeError::TooManyLinks { path: path("loop") }));
    }
}
