//! A patch's text to what it is: objects to merge, or operations.

use crate::kustomization::PatchOptions;
use crate::problem::{Problem, ProblemKind, Result};
use crate::read_resources::resources;
use crate::resource::Resource;
use budget::Budget;
use serde_json::Value;
use tree::TreePath;
use yaml::Dialect;

/// A patch that has been read.
#[derive(Debug)]
pub(crate) enum PatchBody {
    /// Objects to merge; none for a text of comments.
    Merge(Vec<Resource>),
    /// JSON patch operations.
    Operations(Value),
}

/// Reads a patch. `source` says where it stands, for messages.
///
/// # Errors
/// When it is neither kind of patch, or could be both.
pub(crate) fn read(
    text: &str,
    path: &TreePath,
    source: &str,
    options: PatchOptions,
    budget: &mut Budget,
) -> Result<PatchBody> {
    let objects = resources(text, path, budget);
    let operations = operations(text, budget);
    let limit = [objects.as_ref().err(), operations.as_ref().err()];
    if let Some(limit) = limit.into_iter().flatten().find(|problem| problem.kind == ProblemKind::Limit) {
        return Err(limit.clone());
    }
    let count = |operations: &Value| operations.as_array().map_or(0, Vec::len);
    match (objects, operations) {
        (Ok(objects), Ok(operations)) if !objects.is_empty() && count(&operations) > 0 => {
            Err(Problem::invalid(format!("illegally qualifies as both an SM and JSON patch: {source}")))
        }
        (Ok(mut objects), _) => {
            for object in &mut objects {
                object.allow_name_change = options.allow_name_change;
                object.allow_kind_change = options.allow_kind_change;
            }
            Ok(PatchBody::Merge(objects))
        }
        (Err(_), Ok(operations)) => Ok(PatchBody::Operations(operations)),
        (Err(merge), Err(json)) => {
            let tail = format!("as objects: {merge}; as operations: {json}");
            let message = format!("unable to parse SM or JSON patch from {source} ({tail})");
            Err(Problem::new(ProblemKind::Malformed, message))
        }
    }
}

/// The operations of a JSON patch, written as JSON or YAML.
///
/// Compat: what begins with `[` must be JSON; other text is read by YAML 1.1's rules.
///
/// # Errors
/// When it is no list of operations.
pub(crate) fn operations(text: &str, budget: &mut Budget) -> Result<Value> {
    let malformed = |message: String| Problem::new(ProblemKind::Malformed, message);
    let value: Value = match text.bytes().next() {
        None => return Err(malformed("empty json patch operations".to_owned())),
        Some(b'[') => {
            budget.take_bytes(text.len() as u64)?;
            serde_json::from_str(text)
                .map_err(|error| malformed(format!("line {}, column {}: no JSON", error.line(), error.column())))?
        }
        Some(_) => yaml::parse_all(text.as_bytes(), Dialect::V2, budget)
            .map_err(|error| match error {
                yaml::YamlError::Limit { exceeded, .. } => exceeded.into(),
                error => malformed(format!("yaml: {error}")),
            })?
            .into_iter()
            .next()
            .map_or(Value::Null, |document| document.value),
    };
    match &value {
        Value::Null => Ok(value),
        Value::Array(items) if items.iter().all(Value::is_object) => Ok(value),
        _ => Err(malformed("a JSON patch is a list of operations".to_owned())),
    }
}
