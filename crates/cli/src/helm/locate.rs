//! From the name of a chart to where it lies.

use crate::disk::Disk;
use std::path::{Component, Path, PathBuf};
use tree::TreePath;

/// A chart that can be loaded. The tree is the whole machine's, so that links of the chart are followed wherever they
/// lead, as Helm does.
pub(super) struct Located {
    pub(super) tree: Disk,
    pub(super) path: TreePath,
}

/// The chart of that name on this machine.
///
/// # Errors
/// In Helm's words, when there is none.
pub(super) fn on_disk(name: &str) -> Result<Located, String> {
    let path = absolute(Path::new(name)).map_err(|error| format!("{name}: {error}"))?;
    let text = path.to_str().ok_or_else(|| format!("path {name:?} is not UTF-8"))?;
    let path = TreePath::parse(text).map_err(|error| error.to_string())?;
    Ok(Located { tree: Disk::new("/"), path })
}

/// Whether something stands there.
pub(super) fn exists(name: &str) -> bool {
    Path::new(name).exists()
}

/// The path from the root, cleaned by its text alone.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut cleaned = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    Ok(cleaned)
}
