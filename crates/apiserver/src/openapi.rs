//! The OpenAPI documents: Kubernetes' own description of the built-in kinds, and for custom ones what their definition
//! says. Version 3 is made from version 2, one document for each group and version, with what clients look for in it:
//! the schemas, and that patches take `fieldValidation`.

use crate::shared::Shared;
use crate::store::Encoded;
use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use std::io::Read;
use std::sync::LazyLock;

/// Kubernetes' own document, version 2, without descriptions.
static BUILT_IN: LazyLock<Value> = LazyLock::new(|| {
    let mut text = Vec::new();
    let read = GzDecoder::new(schema::openapi_v2_gz()).read_to_end(&mut text);
    read.ok().and_then(|_| serde_json::from_slice(&text).ok()).unwrap_or_default()
});

/// Where references of version 2 point to, and where those of version 3 do.
const V2_REFERENCE: &str = "#/definitions/";
const V3_REFERENCE: &str = "#/components/schemas/";

/// How deep schemas are rewritten; real ones nest far less.
const DEPTH_MAX: usize = 100;

/// The document at a path; `None` when there is none.
pub fn document(shared: &Shared, path: &str) -> Option<Bytes> {
    if path == "/openapi/v2" {
        return Some(Encoded::plain(&BUILT_IN));
    }
    let rest = path.strip_prefix("/openapi/v3")?;
    match rest.strip_prefix('/') {
        None => Some(Encoded::plain(&index(shared))),
        Some(group_version) => group_document(shared, group_version).map(|document| Encoded::plain(&document)),
    }
}

/// `api/v1` and `apis/apps/v1` for every group and version served.
fn group_versions(shared: &Shared) -> Vec<String> {
    let built_in = kinds::group_versions().into_iter().map(|(group, version)| path_of(group, version));
    let mut all: Vec<String> = built_in.collect();
    for custom in shared.registry.custom().values() {
        let served = custom.versions.iter().filter(|(_, version)| version.served);
        all.extend(served.map(|(version, _)| path_of(&custom.group, version)));
    }
    all.sort();
    all.dedup();
    all
}

fn path_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

fn index(shared: &Shared) -> Value {
    let revision = shared.registry.generation();
    let entry = |path: String| {
        // The hash tells clients when to ask again: whenever a definition changed.
        let url = format!("/openapi/v3/{path}?hash={revision:016X}");
        (path, json!({"serverRelativeURL": url}))
    };
    let paths: Map<String, Value> = group_versions(shared).into_iter().map(entry).collect();
    json!({"paths": paths})
}

fn group_document(shared: &Shared, path: &str) -> Option<Value> {
    if !group_versions(shared).iter().any(|known| known == path) {
        return None;
    }
    let (group, version) = match path.strip_prefix("apis/") {
        Some(rest) => rest.split_once('/')?,
        None => ("", path.strip_prefix("api/")?),
    };
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for served in kinds::served().filter(|served| served.kind.group == group && served.version == version) {
        add_built_in(group, version, served.kind.kind, &mut schemas);
        let gvk = json!({"group": group, "version": version, "kind": served.kind.kind});
        let namespaced = served.kind.scope == kinds::Scope::Namespaced;
        paths.extend([object_path(path, served.kind.plural, namespaced, &gvk)]);
    }
    for custom in shared.registry.custom().values().filter(|custom| &*custom.group == group) {
        let Some(described) = custom.version(version) else { continue };
        let gvk = json!({"group": group, "version": version, "kind": &*custom.kind});
        let name = custom_name(group, version, &custom.kind);
        schemas.insert(name, custom_schema(&described.document, &gvk));
        add_named("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &mut schemas);
        paths.extend([object_path(path, &custom.plural, custom.namespaced, &gvk)]);
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.2"}, "paths": paths,
        "components": {"schemas": schemas},
    }))
}

/// Custom kinds are named by their group backwards, as upstream names them.
fn custom_name(group: &str, version: &str, kind: &str) -> String {
    let reversed: Vec<&str> = group.split('.').rev().collect();
    format!("{}.{version}.{kind}", reversed.join("."))
}

/// The path of single objects, whose patches take `fieldValidation`.
fn object_path(prefix: &str, plural: &str, namespaced: bool, gvk: &Value) -> (String, Value) {
    let scope = if namespaced { "/namespaces/{namespace}" } else { "" };
    let parameter =
        |name: &str, kind: &str| json!({"name": name, "in": "query", "schema": {"type": kind, "uniqueItems": true}});
    let parameters = [
        parameter("dryRun", "string"),
        parameter("fieldManager", "string"),
        parameter("fieldValidation", "string"),
        parameter("force", "boolean"),
    ];
    let operation = |action: &str| {
        json!({
            "parameters": parameters, "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvk,
        })
    };
    let path = format!("/{prefix}{scope}/{plural}/{{name}}");
    (path, json!({"get": operation("get"), "patch": operation("patch"), "put": operation("put")}))
}

fn custom_schema(document: &Value, gvk: &Value) -> Value {
    let mut schema = if document.is_object() { document.clone() } else { json!({"type": "object"}) };
    let reference = format!("{V3_REFERENCE}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    schema["properties"]["apiVersion"] = json!({"type": "string"});
    schema["properties"]["kind"] = json!({"type": "string"});
    schema["properties"]["metadata"] = json!({"allOf": [{"$ref": reference}]});
    schema["x-kubernetes-group-version-kind"] = json!([gvk]);
    schema
}

fn add_built_in(group: &str, version: &str, kind: &str, schemas: &mut Map<String, Value>) {
    let gvk = json!({"group": group, "kind": kind, "version": version});
    let definitions = BUILT_IN["definitions"].as_object().into_iter().flatten();
    let is_it = |definition: &Value| {
        let named = definition["x-kubernetes-group-version-kind"].as_array();
        named.is_some_and(|named| named.contains(&gvk))
    };
    if let Some((name, _)) = definitions.into_iter().find(|(_, definition)| is_it(definition)) {
        add_named(name, schemas);
    }
}

/// Adds a definition and all it refers to.
fn add_named(name: &str, schemas: &mut Map<String, Value>) {
    let mut wanted = vec![name.to_owned()];
    while let Some(name) = wanted.pop() {
        if schemas.contains_key(&name) {
            continue;
        }
        let Some(definition) = BUILT_IN["definitions"].get(&name) else { continue };
        let mut schema = definition.clone();
        rewrite(&mut schema, &mut wanted, DEPTH_MAX);
        schemas.insert(name, schema);
    }
}

/// Points references to where version 3 keeps schemas, and notes what they refer to.
fn rewrite(schema: &mut Value, wanted: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match schema {
        Value::Object(map) => {
            let reference = map.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix(V2_REFERENCE));
            if let Some(name) = reference.map(str::to_owned) {
                map.insert("$ref".to_owned(), format!("{V3_REFERENCE}{name}").into());
                wanted.push(name);
            }
            map.values_mut().for_each(|child| rewrite(child, wanted, depth));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, wanted, depth)),
        _ => {}
    }
}
