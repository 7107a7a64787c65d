//! What a live object would be after applying the desired one, without asking a server.

mod by_json;
mod by_type;
mod defaulted;
mod prediction;

pub(crate) use prediction::Prediction;

use crate::known::known_type;
use object::Gvk;
use schema::{Schema, TypeRef};
use serde_json::Value;

/// Both sides, normalised.
pub(crate) struct Sides<'a> {
    /// Kind of the desired object.
    pub gvk: &'a Gvk,
    /// What is known of types.
    pub schema: &'a Schema,
    /// What is desired.
    pub desired: Value,
    /// What is there.
    pub live: Value,
}

/// What kubectl's apply would do: fields that were applied last and are no longer desired go, desired fields come, all
/// others stay. Without a note of what was applied last, or where that leads nowhere, what is desired stands for it.
pub(crate) fn predict_client_side(sides: Sides<'_>, applied: Option<Value>) -> Result<Prediction, String> {
    let mut desired = sides.desired;
    without_namespace(&mut desired);
    if let Some(mut applied) = applied {
        without_namespace(&mut applied);
        if let Ok(prediction) = predict(sides.schema, &applied, &desired, &sides.live) {
            return Ok(prediction);
        }
    }
    predict(sides.schema, &desired, &desired, &sides.live)
}

fn predict(schema: &Schema, applied: &Value, desired: &Value, live: &Value) -> Result<Prediction, String> {
    let gvk = gvk_of(applied);
    match known_type(schema, &gvk) {
        Some(ty) => by_type::predict(&gvk, &ty, by_type::States { applied, desired, live }),
        None => Ok(by_json::predict(applied, desired, live)),
    }
}

/// What the server's apply would do: fields this manager set and no longer sets go, fields it sets come, all others
/// stay.
pub(crate) fn predict_server_side(sides: Sides<'_>) -> Result<Prediction, String> {
    // Unlike upstream, a kind whose type nobody tells is compared too: maps by key, lists as a whole.
    let ty = known_type(sides.schema, sides.gvk).unwrap_or(TypeRef::Deduced);
    by_type::predict_server_side(sides.gvk, &ty, &sides.desired, sides.live)
}

fn gvk_of(value: &Value) -> Gvk {
    let text = |field| value.get(field).and_then(Value::as_str).unwrap_or_default();
    Gvk::from_api_version(text("apiVersion"), text("kind"))
}

/// A manifest may leave out the namespace and write empty annotations; neither is a difference.
fn without_namespace(value: &mut Value) {
    let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    metadata.remove("namespace");
    let is_empty =
        |annotations: &Value| annotations.is_null() || annotations.as_object().is_some_and(|it| it.is_empty());
    if metadata.get("annotations").is_some_and(is_empty) {
        metadata.remove("annotations");
    }
}
