//! Documents of version 3, made from the paths and definitions of version 2.

use super::custom::{self, Form};
use super::custom_version::CustomVersion;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const METHODS: &[&str] = &["get", "put", "post", "patch", "delete", "options", "head"];
/// What a parameter keeps beside its schema.
const BESIDE_SCHEMA: &[&str] = &["name", "in", "required", "description"];

/// The document of one place: its paths, and the schemas they need.
pub fn document(place: &str, v2: &Value, custom: &[&CustomVersion<'_>]) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for (path, item) in v2["paths"].as_object().into_iter().flatten().filter(|(path, _)| belongs(path, place)) {
        paths.insert(path.clone(), path_item(item, v2));
    }
    for version in custom {
        paths.extend(custom::paths(version, &Form::V3));
        schemas.insert(custom::definition_name(version), custom::schema_v3(version));
    }
    let mut named = BTreeSet::new();
    paths.values().chain(schemas.values()).for_each(|value| references(value, &mut named));
    for (name, definition) in kinds_of(place, v2) {
        schemas.insert(name.clone(), moved(definition));
    }
    add_referenced(&mut schemas, named, v2);
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.36.2"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// Whether a path belongs to the document of a place: `apis/apps/v1` has all below it, `apis/apps` only itself.
fn belongs(path: &str, place: &str) -> bool {
    let path = path.trim_matches('/');
    let is_version = place.split('/').count() == if place.starts_with("apis") { 3 } else { 2 };
    path == place || (is_version && path.starts_with(&format!("{place}/")))
}

/// The definitions whose kind is served in the group and version of a place.
fn kinds_of<'v>(place: &'v str, v2: &'v Value) -> impl Iterator<Item = (&'v String, &'v Value)> {
    let of_place = move |gvk: &Value| {
        let text = |key: &str| gvk[key].as_str().unwrap_or_default();
        super::custom_version::place_of(text("group"), text("version")) == place
    };
    let own = move |definition: &Value| {
        let gvks = definition["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Options are registered in every version there is; they come with the paths that take them.
        gvks.len() < 3 && gvks.iter().any(of_place)
    };
    v2["definitions"].as_object().into_iter().flatten().filter(move |(_, definition)| own(definition))
}

/// Adds the definitions that are named, and those they name.
fn add_referenced(schemas: &mut Map<String, Value>, mut named: BTreeSet<String>, v2: &Value) {
    schemas.values().for_each(|schema| references(schema, &mut named));
    while let Some(name) = named.pop_first() {
        if schemas.contains_key(&name) {
            continue;
        }
        let Some(definition) = v2["definitions"].get(&name) else { continue };
        let schema = moved(definition);
        references(&schema, &mut named);
        schemas.insert(name, schema);
    }
}

fn references(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
            named.extend(target.map(str::to_owned));
            map.values().for_each(|value| references(value, named));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, named)),
        _ => (),
    }
}

/// A definition with its references pointing to where version 3 keeps schemas.
fn moved(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), moved(value))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(moved).collect()),
        Value::String(text) => Value::String(text.replace("#/definitions/", "#/components/schemas/")),
        other => other.clone(),
    }
}

fn path_item(item: &Value, v2: &Value) -> Value {
    let mut made = Map::new();
    for (key, value) in item.as_object().into_iter().flatten() {
        let value = if METHODS.contains(&key.as_str()) {
            operation(value, v2)
        } else if key == "parameters" {
            parameters(value, v2).0
        } else {
            value.clone()
        };
        made.insert(key.clone(), value);
    }
    Value::Object(made)
}

fn operation(operation: &Value, v2: &Value) -> Value {
    let texts = |key: &str| -> Vec<&str> {
        operation[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let mut made = Map::new();
    for (key, value) in operation.as_object().into_iter().flatten() {
        let kept = key.starts_with("x-") || matches!(key.as_str(), "operationId" | "tags" | "deprecated");
        if kept {
            made.insert(key.clone(), value.clone());
        }
    }
    let (plain, body) = parameters(&operation["parameters"], v2);
    made.insert("parameters".to_owned(), plain);
    if let Some(body) = body {
        let schema = moved(&body["schema"]);
        let content: Map<String, Value> =
            texts("consumes").into_iter().map(|kind| (kind.to_owned(), json!({"schema": schema}))).collect();
        made.insert("requestBody".to_owned(), json!({"content": content}));
    }
    let mut responses = Map::new();
    for (code, response) in operation["responses"].as_object().into_iter().flatten() {
        let mut given = json!({"description": if code == "401" { "Unauthorized" } else { "OK" }});
        if let Some(schema) = response.get("schema").map(moved) {
            let content = texts("produces").into_iter().map(|kind| (kind.to_owned(), json!({"schema": schema})));
            given["content"] = Value::Object(content.collect());
        }
        responses.insert(code.clone(), given);
    }
    made.insert("responses".to_owned(), Value::Object(responses));
    Value::Object(made)
}

/// The parameters of version 3, and the one of version 2 that is the body.
fn parameters(list: &Value, v2: &Value) -> (Value, Option<Value>) {
    let mut plain = Vec::new();
    let mut body = None;
    for parameter in list.as_array().into_iter().flatten() {
        let shared = parameter["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        let parameter = shared.map_or(parameter, |name| &v2["parameters"][name]);
        if parameter["in"] == "body" {
            body = Some(parameter.clone());
            continue;
        }
        let mut made = json!({"schema": {}});
        for (key, value) in parameter.as_object().into_iter().flatten() {
            if BESIDE_SCHEMA.contains(&key.as_str()) {
                made[key] = value.clone();
            } else {
                made["schema"][key] = value.clone();
            }
        }
        plain.push(made);
    }
    (Value::Array(plain), body)
}
