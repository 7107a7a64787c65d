//! A directory of plain manifests and Jsonnet, as Argo CD reads it.

mod filter;
mod jsonnet;
mod manifest;
mod search;
mod walk;

use crate::work::Work;
use crate::{Problem, SourceType};
use filter::Filter;
use search::contains;
use tree::TreeError;
use walk::{File, Walk};

/// A file that contains this text is no manifest.
const SKIP_MARKER: &str = "+argocd:skip-file-rendering";

pub(crate) fn render(work: &mut Work<'_>) -> Result<(), Problem> {
    let options = work.source.directory.clone().unwrap_or_default();
    let filter = Filter::new(&options)?;
    let files = Walk::files(work.tree, filter, options.recurse, &work.path, work.budget)?;
    let bytes_max = work.input.settings.manifest_bytes_max;
    let evaluates = !work.input.settings.disabled.contains(&SourceType::Directory);
    let mut bytes_left = bytes_max;
    for file in files {
        // Compat: Jsonnet does not count; it is bounded where it is evaluated.
        let is_jsonnet = file.shown.name().ends_with(".jsonnet");
        let counted = if is_jsonnet { work.budget.bytes_left() } else { bytes_left.min(work.budget.bytes_left()) };
        let outcome = match read(work, &file, counted) {
            Ok(content) if contains(&content, SKIP_MARKER) => Ok(()),
            Ok(_) if is_jsonnet && !evaluates => Ok(()),
            Ok(content) if is_jsonnet => jsonnet::render(work, &file.shown, content, &options.jsonnet),
            Ok(content) => {
                bytes_left = bytes_left.saturating_sub(content.len() as u64);
                manifest::read(work, &file.shown, &content);
                Ok(())
            }
            Err(TreeError::TooLarge { .. }) => Err(Problem::TooLarge { path: file.shown.clone(), bytes_max }),
            Err(error) => Err(error.into()),
        };
        outcome.unwrap_or_else(|problem| work.problem(problem));
    }
    Ok(())
}

fn read(work: &mut Work<'_>, file: &File, bytes_max: u64) -> Result<bytes::Bytes, TreeError> {
    use tree::Tree as _;
    let content = work.tree.read(&file.real, bytes_max)?;
    // Never more than is left: the read was bounded by it.
    let _ = work.budget.take_bytes(content.len() as u64);
    Ok(content)
}
