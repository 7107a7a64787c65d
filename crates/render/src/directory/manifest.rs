//! The documents of one file to objects.

use super::search::contains;
use crate::work::Work;
use crate::{Origin, Problem};
use serde_json::Value;
use tree::TreePath;
use yaml::{Dialect, parse_until};

/// What a text must contain for upstream to take it for manifests even though it does not parse.
const MARKERS: [&str; 3] = ["apiVersion:", "kind:", "metadata:"];

/// The objects of a file, by its ending.
pub(super) fn read(work: &mut Work<'_>, path: &TreePath, content: &[u8]) {
    if path.name().ends_with(".json") { from_json(work, path, content) } else { from_yaml(work, path, content) }
}

/// The objects of a YAML file. A file that does not parse and does not look like manifests is left out, as upstream
/// does: repositories keep other things in `.yaml` files too.
fn from_yaml(work: &mut Work<'_>, path: &TreePath, content: &[u8]) {
    let mut documents = Vec::new();
    match parse_until(content, Dialect::V2, work.budget, &mut documents) {
        Ok(()) => {
            for document in documents {
                work.add(&Origin { path: path.clone(), line: document.line }, &document.value);
            }
        }
        Err(error) => {
            let is_limit = matches!(error, yaml::YamlError::Limit { .. });
            // Compat: what follows a document that could be read was meant to be one too.
            let has_manifests = documents.iter().any(|document| !document.value.is_null());
            if is_limit || has_manifests || MARKERS.iter().all(|marker| contains(content, marker)) {
                work.problem(Problem::Yaml { path: path.clone(), error });
            }
        }
    }
}

/// The one object of a JSON file.
fn from_json(work: &mut Work<'_>, path: &TreePath, content: &[u8]) {
    let mut values = serde_json::Deserializer::from_slice(content).into_iter::<Value>();
    let first = match values.next() {
        None => return,
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            let (line, column) = (error.line(), error.column());
            return work.problem(Problem::Json { path: path.clone(), line, column });
        }
    };
    if values.next().is_some() {
        return work.problem(Problem::ManyJsonObjects(path.clone()));
    }
    // Compat: the manifest of an image is tolerated among manifests of objects.
    let is_image = first.get("kind").is_none() && first.get("schemaVersion").is_some() && first.get("layers").is_some();
    if !is_image {
        work.add(&Origin { path: path.clone(), line: 1 }, &first);
    }
}
