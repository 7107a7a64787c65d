//! `.argocd-source-<application>.yaml`: parameters that go over those of the Application.

use super::WriteError;
use crate::reference::ImageReference;
use crate::settings::{HelmValues, TrackedImage};
use budget::Budget;
use serde_json::{Map, Value, json};

/// What an application's source is rendered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Helm: parameters.
    Helm,
    /// Kustomize: images.
    Kustomize,
}

/// A file of parameters with the versions of `images` in it. The file is written by programs alone, so it is written anew;
/// what else it holds is kept.
///
/// # Errors
/// When the file holds something else than parameters.
pub fn parameters(
    text: &str,
    kind: SourceKind,
    images: &[(&TrackedImage, &ImageReference)],
    budget: &mut Budget,
) -> Result<String, WriteError> {
    let shape = |message: &str| WriteError::Shape(message.to_owned());
    let read = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, budget);
    let before = match read.map_err(|error| WriteError::Shape(error.to_string()))? {
        Value::Null => Map::new(),
        Value::Object(root) => root,
        _ => return Err(shape("a map with helm or kustomize is expected")),
    };
    let mut root = before.clone();
    let (tool, field) = match kind {
        SourceKind::Helm => ("helm", "parameters"),
        SourceKind::Kustomize => ("kustomize", "images"),
    };
    let options = root.entry(tool).or_insert_with(|| json!({}));
    let options = options.as_object_mut().ok_or_else(|| shape(&format!("{tool} is not a map")))?;
    let list = options.entry(field).or_insert_with(|| json!([]));
    let list = list.as_array_mut().ok_or_else(|| shape(&format!("{tool}.{field} is not a list")))?;
    for (tracked, version) in images {
        match kind {
            SourceKind::Helm => set_parameters(list, tracked, version),
            SourceKind::Kustomize => set_image(list, tracked, version),
        }
    }
    if kind == SourceKind::Helm {
        list.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    }
    Ok(if root == before { text.to_owned() } else { yaml::emit(&Value::Object(root)) })
}

fn set_parameters(list: &mut Vec<Value>, tracked: &TrackedImage, version: &ImageReference) {
    match tracked.helm_values() {
        HelmValues::Whole(name) => set_parameter(list, name, &version.to_string()),
        HelmValues::Parts { name, tag } => {
            set_parameter(list, name, &version.name());
            if !version.version().is_empty() {
                set_parameter(list, tag, &version.version());
            }
        }
    }
}

fn set_parameter(list: &mut Vec<Value>, name: &str, value: &str) {
    let parameter = json!({"name": name, "value": value, "forcestring": true});
    match list.iter_mut().find(|known| known["name"] == name) {
        Some(known) => *known = parameter,
        None => list.push(parameter),
    }
}

/// `[old name=]image:version`.
fn set_image(list: &mut Vec<Value>, tracked: &TrackedImage, version: &ImageReference) {
    let replaced = tracked.target.kustomize.as_ref().and_then(|target| target.name.clone());
    let entry = replaced.as_ref().map_or_else(|| version.to_string(), |name| format!("{name}={version}"));
    let name = replaced.unwrap_or_else(|| version.name());
    let is_known = |known: &&mut Value| known.as_str().is_some_and(|known| replaces(known, &name));
    match list.iter_mut().find(is_known) {
        Some(known) => *known = entry.into(),
        None => list.push(entry.into()),
    }
}

/// Whether an entry is the one of the image `name`.
fn replaces(entry: &str, name: &str) -> bool {
    let of = entry.split_once('=').map_or(entry, |(old, _)| old);
    match (ImageReference::parse(of), ImageReference::parse(name)) {
        (Ok(of), Ok(name)) => of.is_same_image(&name),
        _ => of == name,
    }
}
