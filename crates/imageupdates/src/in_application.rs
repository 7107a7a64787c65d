//! Versions written into the Application itself: parameters of Helm, images of Kustomize.

use crate::followed::{Followed, sources};
use budget::Budget;
use images::write::{SourceKind, parameters};
use images::{ImageReference, TrackedImage};
use serde_json::{Value, json};

/// The merge patch of the Application; `None` where it says so already.
pub(crate) fn patch(
    followed: &Followed,
    versions: &[(&TrackedImage, &ImageReference)],
) -> Result<Option<Value>, String> {
    let (index, kind) = followed.source.ok_or("neither Helm nor Kustomize renders its source")?;
    let all = sources(&followed.application);
    let source = all.get(index).ok_or("it has no source")?;
    let (tool, field) = match kind {
        SourceKind::Helm => ("helm", "parameters"),
        SourceKind::Kustomize => ("kustomize", "images"),
    };
    let declared = serde_json::to_value(source).unwrap_or_default();
    let before = declared.pointer(&format!("/{tool}/{field}")).cloned().unwrap_or_else(|| json!([]));
    // JSON is YAML: the same code writes the file of parameters.
    let text = json!({tool: {field: spelled(before.clone(), "forceString", "forcestring")}}).to_string();
    let budget = &mut Budget::default();
    let written = parameters(&text, kind, versions, budget).map_err(|error| error.to_string())?;
    let value = yaml::parse_one(written.as_bytes(), yaml::Dialect::V2, budget).map_err(|error| error.to_string())?;
    let after = value.pointer(&format!("/{tool}/{field}")).cloned().unwrap_or_default();
    let after = spelled(after, "forcestring", "forceString");
    if after == before {
        return Ok(None);
    }
    if followed.application.spec.sources.is_empty() {
        return Ok(Some(json!({"spec": {"source": {tool: {field: after}}}})));
    }
    // A list is patched as a whole.
    let mut list: Vec<Value> = all.iter().map(|source| serde_json::to_value(source).unwrap_or_default()).collect();
    list[index][tool][field] = after;
    Ok(Some(json!({"spec": {"sources": list}})))
}

/// Compat: the file spells a field in another way than the Application does.
fn spelled(mut list: Value, from: &str, to: &str) -> Value {
    for parameter in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(flag) = parameter.remove(from) {
            parameter.insert(to.to_owned(), flag);
        }
    }
    list
}
