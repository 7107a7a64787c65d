//! The CustomResourceDefinitions, drawn from the wire types.
//!
//! Every object keeps fields it does not know, and neither kind has a status subresource: one write may change spec,
//! operation and status at once, as with upstream's definitions.

use crate::application::Application;
use crate::names::{APP_PROJECT, APPLICATION, GROUP, VERSION};
use crate::project::AppProject;
use crate::wire::{Field, Object, Shape, Shaped};
use serde_json::{Map, Value, json};

/// Limits of single fields, by type and field.
const CONSTRAINTS: &[(&str, &str, Constraint)] = &[
    ("AppProjectSpec", "description", Constraint::LengthMax(255)),
    ("SyncSource", "path", Constraint::LengthMin(1)),
    // Compat: never the root of the repository.
    ("SyncSource", "path", Constraint::Pattern("^.{2,}|[^./]$")),
    ("HydrateOperation", "phase", Constraint::OneOf(&["Hydrating", "Failed", "Hydrated"])),
];

enum Constraint {
    LengthMax(u64),
    LengthMin(u64),
    Pattern(&'static str),
    OneOf(&'static [&'static str]),
}

/// A column of `kubectl get`.
struct Column {
    name: &'static str,
    json_path: &'static str,
    /// Shown only with `-o wide` above 0.
    priority: u64,
}

struct Definition {
    kind: &'static str,
    singular: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    columns: &'static [Column],
    shape: fn() -> Shape,
}

const DEFINITIONS: [Definition; 2] = [
    Definition {
        kind: APPLICATION,
        singular: "application",
        plural: "applications",
        short_names: &["app", "apps"],
        columns: &[
            Column { name: "Sync Status", json_path: ".status.sync.status", priority: 0 },
            Column { name: "Health Status", json_path: ".status.health.status", priority: 0 },
            Column { name: "Revision", json_path: ".status.sync.revision", priority: 10 },
            Column { name: "Project", json_path: ".spec.project", priority: 10 },
        ],
        shape: Application::shape,
    },
    Definition {
        kind: APP_PROJECT,
        singular: "appproject",
        plural: "appprojects",
        short_names: &["appproj", "appprojs"],
        columns: &[],
        shape: AppProject::shape,
    },
];

/// The definitions as objects, in the order they are to be created in.
#[must_use]
pub fn crds() -> Vec<Value> {
    DEFINITIONS.iter().map(definition).collect()
}

/// The definitions as YAML, with the names of their files under `crates/api/crds`.
#[must_use]
pub fn crd_files() -> Vec<(String, String)> {
    let file = |definition: &Definition| {
        let name = format!("{}-crd.yaml", definition.singular);
        (name, yaml::emit(&self::definition(definition)))
    };
    DEFINITIONS.iter().map(file).collect()
}

fn definition(definition: &Definition) -> Value {
    let name = format!("{}.{GROUP}", definition.plural);
    let mut version = json!({
        "name": VERSION,
        "served": true,
        "storage": true,
        "schema": {"openAPIV3Schema": root(&(definition.shape)())},
    });
    if !definition.columns.is_empty() {
        version["additionalPrinterColumns"] = definition.columns.iter().map(column).collect();
    }
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "argocd"},
        },
        "spec": {
            "group": GROUP,
            "names": {
                "kind": definition.kind,
                "listKind": format!("{}List", definition.kind),
                "plural": definition.plural,
                "singular": definition.singular,
                "shortNames": definition.short_names,
            },
            "scope": "Namespaced",
            "versions": [version],
        },
    })
}

fn column(column: &Column) -> Value {
    let mut value = json!({"name": column.name, "type": "string", "jsonPath": column.json_path});
    if column.priority > 0 {
        value["priority"] = json!(column.priority);
    }
    value
}

/// The schema of a whole object: its metadata is the API server's own business.
fn root(shape: &Shape) -> Value {
    let mut root = schema(shape);
    root["properties"]["metadata"] = json!({"type": "object"});
    root
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": "string"}),
        Shape::Time => json!({"type": "string", "format": "date-time"}),
        Shape::Integer => json!({"type": "integer", "format": "int64"}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::IntegerOrText => {
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true})
        }
        Shape::Anything => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        Shape::Map(values) => json!({"type": "object", "additionalProperties": schema(values)}),
        Shape::List(items) => json!({"type": "array", "items": schema(items)}),
        Shape::Object(object) => object_schema(object),
    }
}

fn object_schema(object: &Object) -> Value {
    let properties: Map<String, Value> =
        object.fields.iter().map(|field| (field.name.to_owned(), field_schema(object, field))).collect();
    let required: Vec<&str> = object.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": object.doc,
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": true,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn field_schema(object: &Object, field: &Field) -> Value {
    let mut schema = schema(&field.shape);
    schema["description"] = json!(field.doc);
    for (_, _, constraint) in CONSTRAINTS.iter().filter(|(of, name, _)| *of == object.name && *name == field.name) {
        match constraint {
            Constraint::LengthMax(length) => schema["maxLength"] = json!(length),
            Constraint::LengthMin(length) => schema["minLength"] = json!(length),
            Constraint::Pattern(pattern) => schema["pattern"] = json!(pattern),
            Constraint::OneOf(words) => schema["enum"] = json!(words),
        }
    }
    schema
}
