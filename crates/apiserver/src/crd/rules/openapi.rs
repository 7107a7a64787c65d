//! Whether a schema says only what schemas of definitions may say, word by word.

use super::read::{items, map, text};
use super::{expressions, pattern};
use kinds::{Errors, Path};
use serde_json::{Map, Value};

/// How deep schemas may nest; real ones nest far less, and more would exhaust the stack.
const DEPTH_MAX: usize = 100;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Words of OpenAPI that definitions do not support.
const UNSUPPORTED: [&str; 6] = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

/// What is wrong with a schema and those in it.
pub fn check(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    check_at(at, schema, DEPTH_MAX, errors);
}

fn check_at(at: &Path<'_>, schema: &Value, depth: usize, errors: &mut Errors) {
    let Some(depth) = depth.checked_sub(1) else {
        errors.forbidden(at, format!("schemas may not nest deeper than {DEPTH_MAX}"));
        return;
    };
    check_words(at, schema, errors);
    if let Some(additional) = map(schema, "additionalProperties") {
        check_at(&at.child("additionalProperties"), &Value::Object(additional.clone()), depth, errors);
    }
    for (name, property) in map(schema, "properties").into_iter().flatten() {
        check_at(&at.child("properties").key(name), property, depth, errors);
    }
    for word in ["allOf", "oneOf", "anyOf"] {
        for (index, alternative) in items(schema, word).iter().enumerate() {
            check_at(&at.child(word).index(index), alternative, depth, errors);
        }
    }
    for word in ["not", "items"] {
        if let Some(inner) = schema.get(word).filter(|inner| inner.is_object()) {
            check_at(&at.child(word), inner, depth, errors);
        }
    }
    check_extensions(at, schema, errors);
    expressions::check_words(at, schema, errors);
}

fn check_words(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    if schema["uniqueItems"] == true {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        errors.forbidden(&at.child("uniqueItems"), detail);
    }
    check_additional(at, schema, errors);
    for word in UNSUPPORTED.iter().filter(|word| schema.get(**word).is_some_and(|value| !value.is_null())) {
        errors.forbidden(&at.child(word), format!("{word} is not supported"));
    }
    let kind = text(schema, "type");
    if kind == "null" {
        let detail = "type cannot be set to null, use nullable as an alternative";
        errors.forbidden(&at.child("type"), detail);
    } else if !kind.is_empty() && !TYPES.contains(&kind) {
        errors.not_supported(&at.child("type"), kind, &TYPES);
    }
    if schema["items"].is_array() {
        errors.forbidden(&at.child("items"), "items must be a schema object and not an array");
    }
    let expression = text(schema, "pattern");
    if let Some(problem) = pattern::problem(expression) {
        let detail = format!("must be a valid regular expression, but isn't: error parsing regexp: {problem}");
        errors.invalid_text(&at.child("pattern"), expression, detail);
    }
}

fn check_additional(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    let at = at.child("additionalProperties");
    match schema.get("additionalProperties") {
        None | Some(Value::Null) => {}
        Some(_) if map(schema, "properties").is_some_and(|properties| !properties.is_empty()) => {
            errors.forbidden(&at, "additionalProperties and properties are mutual exclusive");
        }
        Some(Value::Bool(false)) => errors.forbidden(&at, "additionalProperties cannot be set to false"),
        Some(_) => {}
    }
}

fn check_extensions(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    let preserve = "x-kubernetes-preserve-unknown-fields";
    if schema[preserve] == false {
        errors.invalid(&at.child(preserve), &Value::Bool(false), "must be true or undefined");
    }
    let map_type = text(schema, "x-kubernetes-map-type");
    if !map_type.is_empty() {
        if !["atomic", "granular"].contains(&map_type) {
            errors.not_supported(&at.child("x-kubernetes-map-type"), map_type, &["atomic", "granular"]);
        }
        check_type(at, schema, "object", "x-kubernetes-map-type is specified", errors);
    }
    if schema["x-kubernetes-int-or-string"] == true && !text(schema, "type").is_empty() {
        let detail = "must be empty if x-kubernetes-int-or-string is specified";
        errors.invalid_text(&at.child("type"), text(schema, "type"), detail);
    }
    check_list(at, schema, errors);
}

/// That the type is the one a word asks for.
fn check_type(at: &Path<'_>, schema: &Value, wanted: &str, when: &str, errors: &mut Errors) {
    let kind = text(schema, "type");
    let detail = format!("must be {wanted} if {when}");
    match kind {
        _ if kind == wanted => {}
        "" => errors.required(&at.child("type"), detail),
        other => errors.invalid_text(&at.child("type"), other, detail),
    }
}

fn check_list(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    let list_type = text(schema, "x-kubernetes-list-type");
    let keys = items(schema, "x-kubernetes-list-map-keys");
    if list_type.is_empty() {
        if !keys.is_empty() {
            let detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            errors.required(&at.child("x-kubernetes-list-type"), detail);
        }
        return;
    }
    check_type(at, schema, "array", &format!("x-kubernetes-list-type is {list_type}"), errors);
    match list_type {
        "atomic" | "set" => {}
        "map" => check_list_map(at, schema, keys, errors),
        other => errors.not_supported(&at.child("x-kubernetes-list-type"), other, &["atomic", "map", "set"]),
    }
    if list_type != "map" && !keys.is_empty() {
        let detail = "must be map if x-kubernetes-list-map-keys is non-empty";
        errors.invalid_text(&at.child("x-kubernetes-list-type"), list_type, detail);
    }
}

fn check_list_map(at: &Path<'_>, schema: &Value, keys: &[Value], errors: &mut Errors) {
    let place = at.child("x-kubernetes-list-map-keys");
    if keys.is_empty() {
        errors.required(&place, "must not be empty if x-kubernetes-list-type is map");
    }
    let Some(item) = map(schema, "items") else {
        errors.required(&at.child("items"), "must have a schema if x-kubernetes-list-type is map");
        return;
    };
    let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind != "object" {
        let detail = "must be object if parent array's x-kubernetes-list-type is map";
        errors.invalid_text(&at.child("items").child("type"), kind, detail);
    }
    let empty = Map::new();
    let properties = item.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    check_keys(&place, keys, properties, errors);
    for key in keys.iter().filter_map(Value::as_str) {
        let Some(kind) = properties.get(key).map(|property| text(property, "type")) else { continue };
        if ["array", "object"].contains(&kind) {
            let item = at.child("items");
            let properties = item.child("properties");
            let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
            errors.invalid_text(&properties.key(key).child("type"), kind, detail);
        }
    }
}

fn check_keys(at: &Path<'_>, keys: &[Value], properties: &Map<String, Value>, errors: &mut Errors) {
    let shown = Value::from(keys);
    let names: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
    if names.iter().any(|name| !properties.contains_key(*name)) {
        errors.invalid(at, &shown, "entries must all be names of item properties");
    }
    if (1..names.len()).any(|index| names[..index].contains(&names[index])) {
        errors.invalid(at, &shown, "must not contain duplicate entries");
    }
}
