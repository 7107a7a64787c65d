//! Which tool renders a source: the one the application names, else what lies in its directory — upstream looks at the
//! directory itself only, never above or below.

use crate::{DirectoryOptions, Input, Problem, SourceType, Tool};
use tree::{EntryKind, Tree, resolve};

/// The files that make a directory a kustomization.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

pub(crate) fn tool(input: &Input, tree: &dyn Tree) -> Result<Tool, Problem> {
    let path = resolve(tree, &input.path)?;
    match tree.entry(&path)? {
        None => return Err(Problem::NoPath(input.path.clone())),
        Some(entry) if entry.kind != EntryKind::Directory => return Err(Problem::NotADirectory(input.path.clone())),
        Some(_) => {}
    }
    if let Some(tool) = &input.tool {
        return Ok(tool.clone());
    }
    if tree.entry(&path.child("Chart.yaml"))?.is_some() {
        return Ok(Tool::Unsupported(SourceType::Helm));
    }
    for name in KUSTOMIZATIONS {
        if tree.entry(&path.child(name))?.is_some() {
            return Ok(Tool::Unsupported(SourceType::Kustomize));
        }
    }
    Ok(Tool::Directory(DirectoryOptions::default()))
}
