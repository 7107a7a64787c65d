//! Custom resources in the documents: the schema of their objects, and the paths under which they are read and written.

use super::custom_version::CustomVersion;
use serde_json::{Map, Value, json};

/// Which of the two document forms is made.
pub enum Form {
    /// Version 2.
    V2,
    /// Version 3.
    V3,
}

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
/// What version 2 cannot say.
const ONLY_V3: &[&str] = &["oneOf", "anyOf", "allOf", "not", "nullable", "x-kubernetes-validations"];

/// `com.example.v1.Thing`: the group's parts reversed, version and kind.
pub fn definition_name(version: &CustomVersion<'_>) -> String {
    let mut parts: Vec<&str> = version.group.split('.').rev().collect();
    parts.extend([version.version, version.kind]);
    parts.join(".")
}

fn gvk(version: &CustomVersion<'_>) -> Value {
    json!({"group": version.group, "version": version.version, "kind": version.kind})
}

/// The schema of the objects for version 3.
pub fn schema_v3(version: &CustomVersion<'_>) -> Value {
    with_identity(version, version.schema.clone(), "#/components/schemas/")
}

/// The schema of the objects for version 2.
pub fn schema_v2(version: &CustomVersion<'_>) -> Value {
    with_identity(version, without_v3(version.schema), "#/definitions/")
}

/// Adds what every object has.
fn with_identity(version: &CustomVersion<'_>, schema: Value, place: &str) -> Value {
    let mut schema = match schema {
        Value::Object(map) => Value::Object(map),
        _ => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
    };
    schema["x-kubernetes-group-version-kind"] = json!([gvk(version)]);
    let properties = crate::read::map_mut(&mut schema, "properties");
    for field in ["apiVersion", "kind"] {
        properties.insert(field.to_owned(), json!({"type": "string"}));
    }
    properties.insert("metadata".to_owned(), json!({"$ref": format!("{place}{META}")}));
    schema
}

fn without_v3(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !ONLY_V3.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_v3(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_v3).collect()),
        other => other.clone(),
    }
}

/// The paths of a resource with their operations.
pub fn paths(version: &CustomVersion<'_>, form: &Form) -> Map<String, Value> {
    let base = format!("/apis/{}/{}", version.group, version.version);
    let collection = match version.namespaced {
        true => format!("{base}/namespaces/{{namespace}}/{}", version.plural),
        false => format!("{base}/{}", version.plural),
    };
    let mut paths = Map::new();
    if version.namespaced {
        paths.insert(format!("{base}/{}", version.plural), json!({"get": operation(version, form, "list")}));
    }
    let item = format!("{collection}/{{name}}");
    paths.insert(
        collection,
        json!({
            "get": operation(version, form, "list"), "post": operation(version, form, "post"),
            "delete": operation(version, form, "deletecollection"),
        }),
    );
    let write = |actions: &[(&str, &str)]| -> Value {
        let operations =
            actions.iter().map(|(method, action)| ((*method).to_owned(), operation(version, form, action)));
        Value::Object(operations.collect())
    };
    paths.insert(item.clone(), write(&[("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")]));
    for part in version.subresources {
        paths.insert(format!("{item}/{part}"), write(&[("get", "get"), ("put", "put"), ("patch", "patch")]));
    }
    paths
}

fn operation(version: &CustomVersion<'_>, form: &Form, action: &str) -> Value {
    let query = |name: &str| match form {
        Form::V2 => json!({"in": "query", "name": name, "type": "string", "uniqueItems": true}),
        Form::V3 => json!({"in": "query", "name": name, "schema": {"type": "string", "uniqueItems": true}}),
    };
    let parameters: &[&str] = match action {
        "post" | "put" => &["dryRun", "fieldManager", "fieldValidation"],
        "patch" => &["dryRun", "fieldManager", "fieldValidation", "force"],
        "delete" => &["dryRun", "gracePeriodSeconds", "propagationPolicy"],
        "list" | "deletecollection" => &["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion"],
        _ => &[],
    };
    let plain: Vec<Value> = parameters.iter().map(|name| query(name)).collect();
    json!({
        "operationId": format!("{action}{}{}", version.kind, version.version),
        "tags": [format!("{}_{}", version.group.replace('.', "_"), version.version)],
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": gvk(version),
        "parameters": plain,
        "responses": {"200": response(version, form)},
    })
}

fn response(version: &CustomVersion<'_>, form: &Form) -> Value {
    let name = definition_name(version);
    match form {
        Form::V2 => json!({"description": "OK", "schema": {"$ref": format!("#/definitions/{name}")}}),
        Form::V3 => {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"description": "OK", "content": {"application/json": {"schema": schema}}})
        }
    }
}
