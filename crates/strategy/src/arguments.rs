//! The arguments of an analysis: values, hashes of versions, and fields of the Rollout.

use api::rollouts::{AnalysisArgument, Argument, Rollout};
use serde_json::Value;

/// The arguments with their values; an error says which cannot be found.
pub fn resolve(
    rollout: &Rollout,
    args: &[AnalysisArgument],
    stable: &str,
    latest: &str,
) -> Result<Vec<Argument>, String> {
    let one = |arg: &AnalysisArgument| {
        let value = match &arg.value_from {
            None => arg.value.clone(),
            Some(from) => match (&from.pod_template_hash_value, &from.field_ref) {
                (Some(which), _) if which == "Stable" => stable.to_owned(),
                (Some(_), _) => latest.to_owned(),
                (None, Some(field)) => field_of(rollout, &field.field_path)?,
                (None, None) => arg.value.clone(),
            },
        };
        Ok(Argument { name: arg.name.clone(), value: Some(value), ..Argument::default() })
    };
    args.iter().map(one).collect()
}

/// A field of a Rollout as text.
fn field_of(rollout: &Rollout, path: &str) -> Result<String, String> {
    if let Some(text) = path.strip_prefix("metadata").and_then(|rest| of_metadata(rollout, rest)) {
        return Ok(text);
    }
    let mut value = &serde_json::to_value(rollout).map_err(|error| error.to_string())?;
    for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        value = match value {
            Value::Array(items) => {
                let index: usize = part.parse().map_err(|_| format!("invalid index '{part}'"))?;
                items.get(index).ok_or_else(|| format!("index {index} out of range"))?
            }
            other => other.get(part).ok_or_else(|| format!("invalid path {path} in rollout"))?,
        };
    }
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Object(_) | Value::Array(_) => {
            Err(format!("path {path} in rollout must terminate in a primitive value"))
        }
        Value::Null => Ok(String::new()),
        other => Ok(other.to_string()),
    }
}

/// `metadata.labels['key']` and the like, as the downward API reads them.
fn of_metadata(rollout: &Rollout, rest: &str) -> Option<String> {
    let metadata = &rollout.metadata;
    let quoted = |part: &str| Some(rest.strip_prefix(part)?.strip_prefix("['")?.strip_suffix("']")?.to_owned());
    match rest {
        ".name" => Some(metadata.name.clone()),
        ".namespace" => Some(metadata.namespace.clone()),
        ".uid" => Some(metadata.uid.clone()),
        _ => match (quoted(".labels"), quoted(".annotations")) {
            (Some(key), _) => Some(metadata.labels.get(&key).cloned().unwrap_or_default()),
            (_, Some(key)) => Some(metadata.annotations.get(&key).cloned().unwrap_or_default()),
            _ => None,
        },
    }
}
