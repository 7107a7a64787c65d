//! Where the objects of a build go: standard output, a file, a directory, or a list of where they come from.

use super::arguments::BuildArguments;
use super::failed::failed;
use crate::failure::Failure;
use crate::terminal;
use kustomize::BuiltResource;
use std::fs;
use std::path::Path;

/// Writes the objects to where the flags say.
///
/// # Errors
/// What the machine says, and objects whose name can be no file's.
pub(super) fn write(arguments: &BuildArguments, resources: &[BuiltResource]) -> Result<(), Failure> {
    if arguments.explain {
        return terminal::print(&explained(resources));
    }
    match &arguments.output {
        None => terminal::data(kustomize::to_yaml(resources).as_bytes()),
        Some(path) if path.is_dir() => {
            let files = kustomize::to_files(resources).map_err(|problem| failed(&problem))?;
            files.iter().try_for_each(|(name, text)| put(&path.join(name), text))
        }
        Some(path) => put(path, &kustomize::to_yaml(resources)),
    }
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| failed(&format!("{}: {error}", path.display())))
}

/// One line for each object, in the order of the output: `overlay/web.yaml:12  Deployment/web`.
fn explained(resources: &[BuiltResource]) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let rows: Vec<(String, String)> = resources.iter().map(|resource| row(resource, &here)).collect();
    let width = rows.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
    rows.iter().map(|(place, object)| format!("{place:width$}  {object}\n")).collect()
}

fn row(resource: &BuiltResource, here: &Path) -> (String, String) {
    let text = |pointer: &str| resource.value.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default();
    let place = format!("/{}", resource.origin);
    let place = match here.to_str().and_then(|here| place.strip_prefix(here)?.strip_prefix('/')) {
        Some(below) => below.to_owned(),
        // What was fetched lies below the name of its host, and nowhere on this machine.
        None if !Path::new("/").join(resource.origin.path.as_str()).exists() => resource.origin.to_string(),
        None => place,
    };
    let (kind, name, namespace) = (text("/kind"), text("/metadata/name"), text("/metadata/namespace"));
    let within = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
    (place, format!("{kind}/{name}{within}"))
}
