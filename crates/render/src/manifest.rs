//! The documents of one file to objects.

use crate::{Manifest, Origin, Problem, Rendered};
use budget::Budget;
use object::Object;
use serde_json::Value;
use tree::TreePath;
use yaml::{Dialect, parse_all};

/// What a text must contain for upstream to take it for manifests even though it does not parse.
const MARKERS: [&str; 3] = ["apiVersion:", "kind:", "metadata:"];

/// The objects of a YAML file. A file that does not parse and does not look like manifests is left out, as upstream
/// does: repositories keep other things in `.yaml` files too.
pub(crate) fn from_yaml(path: &TreePath, content: &[u8], budget: &mut Budget, rendered: &mut Rendered) {
    match parse_all(content, Dialect::V2, budget) {
        Ok(documents) => {
            for document in documents {
                let origin = Origin { path: path.clone(), line: document.line };
                add(origin, &document.value, rendered);
            }
        }
        Err(error) => {
            let limit = matches!(error, yaml::YamlError::Limit { .. });
            if limit || looks_like_manifests(content) {
                rendered.problems.push(Problem::Yaml { path: path.clone(), error });
            }
        }
    }
}

/// The one object of a JSON file.
pub(crate) fn from_json(path: &TreePath, content: &[u8], rendered: &mut Rendered) {
    let mut values = serde_json::Deserializer::from_slice(content).into_iter::<Value>();
    let first = match values.next() {
        None => return,
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            let (line, column) = (error.line(), error.column());
            return rendered.problems.push(Problem::Json { path: path.clone(), line, column });
        }
    };
    if values.next().is_some() {
        return rendered.problems.push(Problem::ManyJsonObjects(path.clone()));
    }
    add(Origin { path: path.clone(), line: 1 }, &first, rendered);
}

/// Adds one document; a `List` adds its items.
fn add(origin: Origin, value: &Value, rendered: &mut Rendered) {
    if value.is_null() {
        return;
    }
    let is_list = value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    if let (true, Some(items)) = (is_list, value["items"].as_array()) {
        for item in items {
            add(origin.clone(), item, rendered);
        }
        return;
    }
    match Object::from_value(value) {
        Ok(object) => rendered.objects.push(Manifest { object, origin }),
        Err(error) => rendered.problems.push(Problem::NotAnObject { origin, error }),
    }
}

fn looks_like_manifests(content: &[u8]) -> bool {
    MARKERS.iter().all(|marker| content.windows(marker.len()).any(|window| window == marker.as_bytes()))
}
