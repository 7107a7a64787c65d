//! The formats of `-o`.

use crate::failure::Failure;
use clap::ValueEnum;
use object::Object;
use serde_json::{Value, json};

/// What `-o` may say; each command takes its own part of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Wide,
    Name,
    Json,
    Yaml,
    Id,
    Tree,
}

/// The error for a format the command does not have.
pub(crate) fn unknown(format: Format) -> Failure {
    let name = format!("{format:?}").to_ascii_lowercase();
    Failure::new(format!("unknown output format: {name}"))
}

/// One object, as the server has it but for its managed fields.
pub(crate) fn object(object: &Object, format: Format) -> String {
    text(&shown(object), format)
}

/// Several objects. Compat: a bare sequence, as argocd prints it, not a Kubernetes list.
pub(crate) fn objects<'o>(objects: impl Iterator<Item = &'o Object>, format: Format) -> String {
    text(&Value::Array(objects.map(shown).collect()), format)
}

fn shown(object: &Object) -> Value {
    let mut value = object.value();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    value
}

/// A value in the chosen format.
pub(crate) fn text(value: &Value, format: Format) -> String {
    match format {
        Format::Yaml => yaml::emit(value),
        _ => format!("{:#}\n", value),
    }
}

/// A body that asks for one change of metadata or spec.
pub(crate) fn merge_patch(field: &str, value: Value) -> Value {
    json!({ field: value })
}
