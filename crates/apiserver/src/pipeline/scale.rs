//! The scale subresource: a small face of one number of an object.

use super::metadata;
use super::modify::modify;
use super::outcome::Outcome;
use super::ownership::ScaleOwnership;
use super::patch::patched;
use super::request::Writing;
use crate::error::{ApiError, Cause};
use crate::scale_fields::ScaleFields;
use crate::store::Encoded;
use crate::verbs::Patch;
use kinds::Part;
use merge::managed::Force;
use serde_json::{Value, json};

/// The `Scale` of a stored object.
pub fn scale_of(object: &Value, fields: &ScaleFields) -> Value {
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let mut metadata = serde_json::Map::new();
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object.pointer("/metadata").and_then(|metadata| metadata.get(field)) {
            metadata.insert(field.to_owned(), value.clone());
        }
    }
    let mut scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {}, "status": {"replicas": number(&fields.status_replicas)},
    });
    // Compat: a wanted number of zero is left out, an observed one is not.
    if number(&fields.spec_replicas) != 0 {
        scale["spec"]["replicas"] = number(&fields.spec_replicas).into();
    }
    let selector = Some(&fields.selector).filter(|pointer| !pointer.is_empty()).and_then(|at| object.pointer(at));
    if let Some(selector) = selector.map(selector_text).filter(|text| !text.is_empty()) {
        scale["status"]["selector"] = selector.into();
    }
    scale
}

/// A selector in the text form of requests.
fn selector_text(selector: &Value) -> String {
    if let Some(text) = selector.as_str() {
        return text.to_owned();
    }
    let Some(map) = selector.as_object() else { return String::new() };
    let structured = map.contains_key("matchLabels") || map.contains_key("matchExpressions");
    let labels = if structured { map.get("matchLabels").and_then(Value::as_object) } else { Some(map) };
    let mut terms: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    terms.extend(map.get("matchExpressions").and_then(Value::as_array).into_iter().flatten().map(expression_text));
    terms.sort();
    terms.join(",")
}

fn expression_text(expression: &Value) -> String {
    let key = expression["key"].as_str().unwrap_or_default();
    let mut values: Vec<&str> =
        expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    values.sort_unstable();
    let values = values.join(",");
    match expression["operator"].as_str() {
        Some("In") => format!("{key} in ({values})"),
        Some("NotIn") => format!("{key} notin ({values})"),
        Some("DoesNotExist") => format!("!{key}"),
        _ => key.to_owned(),
    }
}

/// Replaces the `Scale` of an object.
pub fn replace_scale(writing: &Writing<'_>, scale: &Value) -> Result<Outcome, ApiError> {
    let name = metadata::text(scale, "name");
    if name != writing.name {
        return Err(ApiError::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            writing.name
        )));
    }
    change_scale(writing, &mut |ownership, live| {
        let mut new = scale.clone();
        ownership.note_update(live, &mut new);
        Ok(new)
    })
}

/// Patches the `Scale` of an object.
pub fn patch_scale(writing: &Writing<'_>, patch: &Patch) -> Result<Outcome, ApiError> {
    change_scale(writing, &mut |ownership, live| match patch {
        Patch::Apply(applied) => ownership.apply(live, applied, Force::No),
        Patch::ForceApply(applied) => ownership.apply(live, applied, Force::Yes),
        patch => {
            let mut new = patched(live, patch, Some(ownership.ty()))?;
            ownership.note_update(live, &mut new);
            Ok(new)
        }
    })
}

type ScaleChange<'c> = &'c mut dyn FnMut(&ScaleOwnership<'_>, &Value) -> Result<Value, ApiError>;

fn change_scale(writing: &Writing<'_>, change: ScaleChange<'_>) -> Result<Outcome, ApiError> {
    let fields = writing.served.scale().ok_or_else(ApiError::no_such_resource)?;
    let ownership = ScaleOwnership::new(writing, &fields);
    let outcome = modify(writing, Part::Whole, &mut |live| {
        let mut scale = scale_of(live, &fields);
        ownership.show(live, &mut scale);
        let new_scale = change(&ownership, &scale)?;
        let replicas = checked_replicas(writing, &new_scale)?;
        let mut new = live.clone();
        match metadata::text(&new_scale, "resourceVersion") {
            "" => metadata::metadata_mut(&mut new).remove("resourceVersion"),
            given => metadata::metadata_mut(&mut new).insert("resourceVersion".to_owned(), given.into()),
        };
        set_number(&mut new, &fields.spec_replicas, replicas);
        ownership.bring_back(live, &new_scale, &mut new);
        Ok(new)
    })?;
    let object: Value = serde_json::from_slice(&outcome.raw).unwrap_or_default();
    Ok(Outcome { raw: Encoded::plain(&scale_of(&object, &fields)), ..outcome })
}

fn checked_replicas(writing: &Writing<'_>, scale: &Value) -> Result<i64, ApiError> {
    let replicas = scale.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or_default();
    if replicas >= 0 {
        return Ok(replicas);
    }
    let cause = |field: &str, rule: &str| Cause {
        reason: "FieldValueInvalid".to_owned(),
        message: format!("Invalid value: {replicas}: {rule}"),
        field: field.to_owned(),
    };
    let resource = &writing.served.resource;
    Err(if resource.is_custom() {
        let cause = cause(".spec.replicas", "should be a non-negative integer");
        ApiError::invalid(resource.group(), resource.kind(), writing.name, vec![cause])
    } else {
        let cause = cause("spec.replicas", "must be greater than or equal to 0");
        ApiError::invalid("autoscaling", "Scale", writing.name, vec![cause])
    })
}

fn set_number(object: &mut Value, pointer: &str, number: i64) {
    let mut at = object;
    for segment in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[segment];
    }
    *at = number.into();
}
