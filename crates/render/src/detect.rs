//! Which tool renders a source: the one whose options the application gives, else what lies in its directory — upstream
//! looks at the directory itself only, never above or below.

use crate::{Input, Problem, SourceType};
use api::ApplicationSource;
use tree::{EntryKind, Tree, TreePath, resolve};

/// The files that make a directory a kustomization.
pub(crate) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The source's directory, links followed.
pub(crate) fn directory(path: &TreePath, tree: &dyn Tree) -> Result<TreePath, Problem> {
    let real = resolve(tree, path)?;
    match tree.entry(&real)? {
        None => Err(Problem::NoPath(path.clone())),
        Some(entry) if entry.kind != EntryKind::Directory => Err(Problem::NotADirectory(path.clone())),
        Some(_) => Ok(real),
    }
}

/// The tool of a source whose overrides are merged.
pub(crate) fn tool(
    source: &ApplicationSource,
    input: &Input,
    directory: &TreePath,
    tree: &dyn Tree,
) -> Result<SourceType, Problem> {
    let is_enabled = |tool: &SourceType| !input.settings.disabled.contains(tool);
    match source.explicit_types()[..] {
        [] => {}
        [one] => {
            let tool = SourceType::named(one).filter(is_enabled);
            return Ok(tool.unwrap_or(SourceType::Directory));
        }
        ref several => return Err(Problem::SeveralTools(several.join(","))),
    }
    let stands = |name: &str| tree.entry(&directory.child(name)).map(|entry| entry.is_some());
    if is_enabled(&SourceType::Helm) && stands("Chart.yaml")? {
        return Ok(SourceType::Helm);
    }
    if is_enabled(&SourceType::Kustomize) {
        for name in KUSTOMIZATIONS {
            if stands(name)? {
                return Ok(SourceType::Kustomize);
            }
        }
    }
    Ok(SourceType::Directory)
}
