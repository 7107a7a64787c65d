//! What of the objects is not implemented yet: the one table, and where an object uses it. A controller turns each use
//! into a condition that names the field; nothing is ignored in silence.
//!
//! An entry names a field of a wire type, so that it holds wherever the type appears: `ApplicationSource.plugin` covers
//! `spec.source`, every one of `spec.sources` and an operation's sources, and everything below.

use crate::application::Application;
use crate::project::AppProject;
use crate::wire::{Object, Shape, Shaped};
use serde_json::Value;

/// A field that is not implemented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported {
    /// The wire type it is a field of.
    pub owner: &'static str,
    /// Its name on the wire.
    pub field: &'static str,
    /// What happens instead, and what to do.
    pub instead: &'static str,
}

/// A use of a field that is not implemented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedUse {
    /// Where it stands, such as `spec.sources[1].plugin`.
    pub path: String,
    /// What happens instead, and what to do.
    pub instead: &'static str,
}

const fn not(owner: &'static str, field: &'static str, instead: &'static str) -> Unsupported {
    Unsupported { owner, field, instead }
}

/// Everything that is not implemented. Adding a feature takes its line away and adds one to `implemented.txt`.
pub const UNSUPPORTED: &[Unsupported] = &[
    not("ApplicationSource", "plugin", "plugins are not run yet; commit the manifests they make"),
    not("ApplicationSource", "tagPrefix", "the prefix is ignored; write it into targetRevision"),
    not("ApplicationSpec", "sourceHydrator", "nothing is hydrated yet; sync from the hydrated branch with source"),
    not("ApplicationStatus", "sourceHydrator", "nothing is hydrated yet, so it is never written"),
    not("ApplicationSummary", "externalURLs", "links are not looked for yet, so it is never written"),
    not("ApplicationStatus", "observedAt", "never written, as upstream; read reconciledAt"),
];

/// Where an Application's spec or operation uses what is not implemented. Empty values are no use.
#[must_use]
pub fn unsupported_fields(application: &Value) -> Vec<UnsupportedUse> {
    uses(application, Application::shape(), &["spec", "operation"])
}

/// Where an AppProject's spec uses what is not implemented.
#[must_use]
pub fn unsupported_project_fields(project: &Value) -> Vec<UnsupportedUse> {
    uses(project, AppProject::shape(), &["spec"])
}

fn uses(value: &Value, shape: Shape, parts: &[&str]) -> Vec<UnsupportedUse> {
    let mut found = Vec::new();
    let Shape::Object(object) = shape else { return found };
    for field in object.fields.iter().filter(|field| parts.contains(&field.name)) {
        if let Some(value) = value.get(field.name) {
            walk(field.name, value, &field.shape, &mut found);
        }
    }
    found
}

fn walk(path: &str, value: &Value, shape: &Shape, found: &mut Vec<UnsupportedUse>) {
    match (shape, value) {
        (Shape::Object(object), Value::Object(_)) => walk_object(path, value, object, found),
        (Shape::List(items), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                walk(&format!("{path}[{index}]"), value, items, found);
            }
        }
        _ => {}
    }
}

fn walk_object(path: &str, value: &Value, object: &Object, found: &mut Vec<UnsupportedUse>) {
    for field in &object.fields {
        let Some(value) = value.get(field.name).filter(|value| !is_empty(value)) else { continue };
        let path = format!("{path}.{}", field.name);
        match lookup(object.name, field.name) {
            Some(entry) => found.push(UnsupportedUse { path, instead: entry.instead }),
            None => walk(&path, value, &field.shape, found),
        }
    }
}

/// The table's entry for a field.
#[must_use]
pub fn lookup(owner: &str, field: &str) -> Option<&'static Unsupported> {
    UNSUPPORTED.iter().find(|entry| entry.owner == owner && entry.field == field)
}

/// What a field that is not implemented may hold without anybody missing anything.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn uses_are_named_with_their_path() {
        let application = json!({"spec": {
            "source": {"repoURL": "r", "plugin": {}, "helm": {"passCredentials": false}},
            "sources": [{"repoURL": "r"}, {"repoURL": "r", "plugin": {"name": "p"}}],
        }, "operation": {"sync": {"source": {"plugin": {"name": "p"}}}},
           "status": {"history": [{"source": {"plugin": {"name": "p"}}}]}});
        let paths: Vec<String> = unsupported_fields(&application).into_iter().map(|it| it.path).collect();
        assert_eq!(paths, ["spec.sources[1].plugin", "operation.sync.source.plugin"]);
    }
}
