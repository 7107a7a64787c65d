//! Whether a schema is structural: every level says its type, and what only checks values says nothing else.

use super::read::{items, map, text};
use crate::crd::check;
use crate::crd::node::Node;
use kinds::{Errors, FieldError, Path};
use serde_json::{Value, json};

/// Where in a schema something stands, which decides what it must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Field,
    Item,
}

/// What only shapes may say, not what checks values, each with upstream's word for it.
const SHAPES: [(&str, &str); 11] = [
    ("type", "empty"),
    ("title", "empty"),
    ("description", "empty"),
    ("default", "undefined"),
    ("additionalProperties", "undefined"),
    ("nullable", "false"),
    ("x-kubernetes-preserve-unknown-fields", "false"),
    ("x-kubernetes-embedded-resource", "false"),
    ("x-kubernetes-int-or-string", "false"),
    ("x-kubernetes-list-type", "undefined"),
    ("x-kubernetes-map-type", "undefined"),
];

/// What keeps a schema, every word of which is right, from being structural.
pub fn check(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    check_level(at, schema, Level::Root, errors);
    check_metadata(at, schema, errors);
}

fn check_level(at: &Path<'_>, schema: &Value, level: Level, errors: &mut Errors) {
    if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        check_level(&at.child("items"), items, Level::Item, errors);
    }
    for (name, property) in map(schema, "properties").into_iter().flatten() {
        check_level(&at.child("properties").key(name), property, Level::Field, errors);
    }
    if let Some(additional) = schema.get("additionalProperties").filter(|additional| additional.is_object()) {
        check_level(&at.child("additionalProperties"), additional, Level::Field, errors);
    }
    check_alternatives(at, schema, errors);
    check_type(at, schema, level, errors);
}

fn check_type(at: &Path<'_>, schema: &Value, level: Level, errors: &mut Errors) {
    let kind = text(schema, "type");
    let free = schema["x-kubernetes-int-or-string"] == true || schema["x-kubernetes-preserve-unknown-fields"] == true;
    let at_type = at.child("type");
    match (level, kind) {
        (Level::Root, "") => errors.required(&at_type, "must not be empty at the root"),
        (Level::Root, kind) if kind != "object" => errors.invalid_text(&at_type, kind, "must be object at the root"),
        (Level::Field, "") if !free => errors.required(&at_type, "must not be empty for specified object fields"),
        (Level::Item, "") if !free => errors.required(&at_type, "must not be empty for specified array items"),
        _ => {}
    }
    if schema["x-kubernetes-embedded-resource"] == true && kind != "object" {
        let detail = "must be object if x-kubernetes-embedded-resource is true";
        if kind.is_empty() { errors.required(&at_type, detail) } else { errors.invalid_text(&at_type, kind, detail) }
    }
    if kind == "array" && !schema["items"].is_object() {
        errors.required(&at.child("items"), "must be specified");
    }
}

/// What upstream itself declares of an object's metadata is not declared again.
fn check_metadata(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    let Some(metadata) = map(schema, "properties").and_then(|properties| properties.get("metadata")) else { return };
    let allowed = ["name", "generateName"];
    let fits = |(word, value): (&String, &Value)| match word.as_str() {
        "type" => value == "object",
        "description" => true,
        "properties" => value.as_object().is_some_and(|map| map.keys().all(|name| allowed.contains(&name.as_str()))),
        _ => false,
    };
    if !metadata.as_object().is_some_and(|metadata| metadata.iter().all(fits)) {
        let detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        errors.forbidden(&at.child("properties").key("metadata"), detail);
    }
}

fn check_alternatives(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    // The one place where alternatives say a type: what is a number or text.
    let number_or_text = json!([{"type": "integer"}, {"type": "string"}]);
    let is_number_or_text = schema["x-kubernetes-int-or-string"] == true;
    for word in ["allOf", "anyOf", "oneOf"] {
        if is_number_or_text && word == "anyOf" && schema[word] == number_or_text {
            continue;
        }
        for (index, alternative) in items(schema, word).iter().enumerate() {
            if is_number_or_text && word == "allOf" && index == 0 && *alternative == json!({"anyOf": number_or_text}) {
                continue;
            }
            check_alternative(&at.child(word).index(index), alternative, schema, errors);
        }
    }
    if let Some(not) = schema.get("not").filter(|not| not.is_object()) {
        check_alternative(&at.child("not"), not, schema, errors);
    }
}

/// What checks values says nothing of shapes, and only of what the shape beside it declares.
fn check_alternative(at: &Path<'_>, alternative: &Value, shape: &Value, errors: &mut Errors) {
    for (name, property) in map(alternative, "properties").into_iter().flatten() {
        let below = map(shape, "properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null);
        check_alternative(&at.child("properties").key(name), property, below, errors);
    }
    if let Some(inner) = alternative.get("items").filter(|items| items.is_object()) {
        check_alternative(&at.child("items"), inner, &shape["items"], errors);
    }
    for word in ["allOf", "anyOf", "oneOf"] {
        for (index, inner) in items(alternative, word).iter().enumerate() {
            check_alternative(&at.child(word).index(index), inner, shape, errors);
        }
    }
    if let Some(not) = alternative.get("not").filter(|not| not.is_object()) {
        check_alternative(&at.child("not"), not, shape, errors);
    }
    let says = |word: &str| match alternative.get(word) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    for (word, wanted) in SHAPES.iter().filter(|(word, _)| says(word)) {
        errors.forbidden(&at.child(word), format!("must be {wanted} to be structural"));
    }
}

/// That defaults fit the schema they stand in. `null` is dropped where it does not fit.
pub fn check_defaults(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        let place = at.child("default").to_string();
        for error in check::check(default, None, &Node::compile(schema)) {
            let field = if error.field.is_empty() { place.clone() } else { format!("{place}.{}", error.field) };
            errors.push(FieldError { field, ..error });
        }
    }
    if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        check_defaults(&at.child("items"), items, errors);
    }
    for (name, property) in map(schema, "properties").into_iter().flatten() {
        check_defaults(&at.child("properties").key(name), property, errors);
    }
    if let Some(additional) = schema.get("additionalProperties").filter(|additional| additional.is_object()) {
        check_defaults(&at.child("additionalProperties"), additional, errors);
    }
}
