//! The table of kinds against the recorded discovery documents and the OpenAPI document.

use kinds::Scope;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn recorded(file: &str) -> Value {
    let text = crate::recorded::read(file);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    document["response"].clone()
}

/// A kind in one version as aggregated discovery tells of it.
fn told(served: kinds::Served) -> Value {
    let kind = served.kind;
    let parts: Vec<Value> = kind
        .subresources
        .iter()
        .map(|part| {
            let (group, version, name) = part.gvk.unwrap_or(("", "", kind.kind));
            let gvk = json!({"group": group, "version": version, "kind": name});
            json!({"subresource": part.name, "responseKind": gvk, "verbs": part.verbs})
        })
        .collect();
    let mut entry = json!({
        "resource": kind.plural, "responseKind": {"group": "", "version": "", "kind": kind.kind},
        "scope": if kind.scope == Scope::Namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular(), "verbs": kind.verbs,
    });
    for (field, list) in [("shortNames", json!(kind.short_names)), ("categories", json!(kind.categories))] {
        if list != json!([]) {
            entry[field] = list;
        }
    }
    if !parts.is_empty() {
        entry["subresources"] = json!(parts);
    }
    entry
}

#[test]
fn the_table_is_the_one_a_real_server_tells_of() {
    let mut ours: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for served in kinds::served() {
        let key = (served.kind.group.to_owned(), served.version.to_owned());
        ours.entry(key).or_default().push(told(served));
    }
    let mut theirs = BTreeMap::new();
    let mut groups = Vec::new();
    for file in ["api-aggregated-v2.json.gz", "apis-aggregated-v2.json.gz"] {
        for group in recorded(file)["items"].as_array().expect("groups") {
            let name = group["metadata"]["name"].as_str().unwrap_or_default();
            groups.push(name.to_owned());
            for version in group["versions"].as_array().expect("versions") {
                let key = (name.to_owned(), version["version"].as_str().unwrap_or_default().to_owned());
                theirs.insert(key, version["resources"].as_array().expect("resources").clone());
            }
        }
    }
    assert_eq!(kinds::groups(), groups.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>());
    assert_eq!(ours, theirs);
}

/// The shapes of types know the fields that OpenAPI knows, no more and no fewer.
#[test]
fn shapes_have_the_fields_of_openapi() {
    let document = kinds::openapi::v2(&[]);
    let mut compared = 0;
    for definition in document["definitions"].as_object().expect("definitions").values() {
        let gvks = definition["x-kubernetes-group-version-kind"].as_array().cloned().unwrap_or_default();
        let text = |gvk: &Value, key: &str| gvk[key].as_str().unwrap_or_default().to_owned();
        for gvk in gvks.iter().take(2) {
            let gvk = object::Gvk::new(&text(gvk, "group"), &text(gvk, "version"), &text(gvk, "kind"));
            let Some(shape) = defaults::types::of_kind(&gvk) else { continue };
            let mut seen = BTreeSet::new();
            compared += compare(shape, definition, &document, &mut seen);
        }
    }
    assert!(compared > 400, "only {compared} types were compared");
}

fn compare(
    shape: &'static defaults::types::Type,
    definition: &Value,
    document: &Value,
    seen: &mut BTreeSet<&'static str>,
) -> usize {
    use defaults::types::{Form, Shape, get};
    let Some(properties) = definition["properties"].as_object() else { return 0 };
    if !seen.insert(shape.name) {
        return 0;
    }
    let ours: BTreeSet<&str> = shape.fields.iter().map(|field| field.name).collect();
    let theirs: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(ours, theirs, "{}", shape.name);
    let mut compared = 1;
    for field in &shape.fields {
        let mut form: &Shape = &field.shape;
        let mut property = &properties[field.name];
        loop {
            if let Some(target) = property["$ref"].as_str() {
                property = &document["definitions"][target.rsplit('/').next().unwrap_or_default()];
            }
            match &form.form {
                Form::Optional(inner) => form = inner,
                Form::List(inner) => (form, property) = (inner, &property["items"]),
                Form::Map(inner) => (form, property) = (inner, &property["additionalProperties"]),
                _ => break,
            }
        }
        if let Form::Struct(place) = form.form {
            compared += compare(get(place), property, document, seen);
        }
    }
    compared
}
