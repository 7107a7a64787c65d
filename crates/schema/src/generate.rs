//! Makes the table of Kubernetes' own types from Kubernetes' OpenAPI v2 document and a list of the fields that servers
//! write even when they are empty (Go's `omitempty` and struct fields, which OpenAPI does not tell).
//!
//! Compat: the types follow the schema that servers derive for server-side apply: lists without a list type are one
//! value, objects without properties are maps of anything, quantities and raw extensions are hard-wired.

use crate::table::SCALARS;
use crate::types::Scalar;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Why the table cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The document has no `definitions`.
    #[error("the OpenAPI document has no definitions")]
    NoDefinitions,
    /// Something stands where the generator knows no rule.
    #[error("{0}: cannot make a type of {1}")]
    Unexpected(String, String),
}

/// Key defaults: OpenAPI v2 leaves defaults out, and of all keys of list-maps only these have one.
const KEY_DEFAULTS: [(&str, &str, &str); 2] = [
    ("io.k8s.api.core.v1.ContainerPort", "protocol", "\"TCP\""),
    ("io.k8s.api.core.v1.ServicePort", "protocol", "\"TCP\""),
];

struct Generator<'v> {
    definitions: &'v Map<String, Value>,
    numbers: BTreeMap<&'v str, usize>,
    always: BTreeMap<(&'v str, &'v str), &'v str>,
}

/// The table of types (`data/types.tsv`): `document` is the parsed OpenAPI v2 document, `always_present` has a line
/// `definition TAB field TAB null|zero` for every field that is written even when empty.
///
/// # Errors
/// When the document is not OpenAPI v2 as Kubernetes publishes it.
pub fn types_table(document: &Value, always_present: &str) -> Result<String, GenerateError> {
    let definitions = document.get("definitions").and_then(Value::as_object).ok_or(GenerateError::NoDefinitions)?;
    let numbers = definitions.keys().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    let always = always_present.lines().filter_map(split_always).collect();
    let generator = Generator { definitions, numbers, always };
    let mut out = String::new();
    for (name, definition) in definitions {
        generator.line(&mut out, name, definition)?;
    }
    Ok(out)
}

fn split_always(line: &str) -> Option<((&str, &str), &str)> {
    let mut columns = line.split('\t');
    Some(((columns.next()?, columns.next()?), columns.next()?))
}

impl Generator<'_> {
    fn line(&self, out: &mut String, name: &str, definition: &Value) -> Result<(), GenerateError> {
        let ty = self.body(name, definition)?;
        let kinds: Vec<String> = kinds(definition).collect();
        write!(out, "{name}\t{}\t{ty}", kinds.join(",")).expect("invariant: writing to a string does not fail");
        if ty.ends_with("struct") {
            for (field, property) in properties(definition) {
                out.push('\t');
                out.push_str(&self.field(name, definition, field, property)?);
            }
        }
        out.push('\n');
        Ok(())
    }

    /// The type of a definition itself.
    fn body(&self, name: &str, definition: &Value) -> Result<String, GenerateError> {
        Ok(match name.rsplit('.').next().unwrap_or_default() {
            "Quantity" => "q".to_owned(),
            "RawExtension" => "raw".to_owned(),
            "MicroTime" => "microtime".to_owned(),
            _ if properties(definition).next().is_some() => format!("{}struct", atomic_mark(definition)),
            _ => self.ty(name, definition)?,
        })
    }

    fn field(&self, owner: &str, definition: &Value, name: &str, property: &Value) -> Result<String, GenerateError> {
        let mut out = format!("{name} {}", self.ty(owner, property)?);
        let required = definition.get("required").and_then(Value::as_array);
        if required.is_some_and(|names| names.iter().any(|required| required == name)) {
            out.push_str(" required");
        }
        if let Some(zero) = self.always.get(&(owner, name)) {
            out.push(' ');
            out.push_str(zero);
        }
        if let Some((_, _, default)) = KEY_DEFAULTS.iter().find(|(ty, field, _)| *ty == owner && *field == name) {
            out.push_str(" default=");
            out.push_str(default);
        }
        for strategy in text(property, "x-kubernetes-patch-strategy").unwrap_or_default().split_terminator(',') {
            out.push(' ');
            out.push_str(strategy);
        }
        if let Some(key) = text(property, "x-kubernetes-patch-merge-key") {
            out.push_str(" key=");
            out.push_str(key);
        }
        Ok(out)
    }

    /// The type of a field, of a list's items or of a map's values.
    fn ty(&self, owner: &str, schema: &Value) -> Result<String, GenerateError> {
        if let Some(reference) = text(schema, "$ref") {
            return self.reference(owner, reference, schema);
        }
        let unexpected = || GenerateError::Unexpected(owner.to_owned(), schema.to_string());
        Ok(match (text(schema, "type"), text(schema, "format")) {
            (None, _) => "any".to_owned(),
            (Some("array"), _) => {
                let items = self.ty(owner, schema.get("items").ok_or_else(unexpected)?)?;
                format!("{}[{items}]", list_kind(schema).ok_or_else(unexpected)?)
            }
            (Some("object"), _) => match schema.get("additionalProperties") {
                Some(values) => format!("{}{{{}}}", atomic_mark(schema), self.ty(owner, values)?),
                None => format!("{}{{any}}", atomic_mark(schema)),
            },
            (Some(ty), format) => scalar(ty, format).ok_or_else(unexpected)?.to_owned(),
        })
    }

    fn reference(&self, owner: &str, reference: &str, schema: &Value) -> Result<String, GenerateError> {
        let unexpected = || GenerateError::Unexpected(owner.to_owned(), schema.to_string());
        let name = reference.strip_prefix("#/definitions/").ok_or_else(unexpected)?;
        let definition = self.definitions.get(name).ok_or_else(unexpected)?;
        if properties(definition).next().is_none() {
            return self.body(name, definition);
        }
        let number = self.numbers.get(name).ok_or_else(unexpected)?;
        Ok(match text(schema, "x-kubernetes-map-type") {
            Some("granular") => format!("+#{number}"),
            Some(_) => return Err(unexpected()),
            None => format!("#{number}"),
        })
    }
}

fn kinds(definition: &Value) -> impl Iterator<Item = String> + '_ {
    let list = definition.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|kind| Some(format!("{}/{}/{}", text(kind, "group")?, text(kind, "version")?, text(kind, "kind")?)))
}

fn properties(definition: &Value) -> impl Iterator<Item = (&String, &Value)> {
    definition.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn atomic_mark(schema: &Value) -> &'static str {
    if text(schema, "x-kubernetes-map-type") == Some("atomic") { "!" } else { "" }
}

/// What stands before the bracket. Compat: without a list type, a merge strategy makes a list a set or map.
fn list_kind(schema: &Value) -> Option<String> {
    Some(match text(schema, "x-kubernetes-list-type") {
        Some("set") => "set".to_owned(),
        Some("map") => {
            let keys = schema.get("x-kubernetes-list-map-keys")?.as_array()?;
            let keys: Option<Vec<&str>> = keys.iter().map(Value::as_str).collect();
            format!("map({})", keys?.join(","))
        }
        Some("atomic") => String::new(),
        Some(_) => return None,
        None if text(schema, "x-kubernetes-patch-strategy").is_some_and(|strategy| strategy.starts_with("merge")) => {
            text(schema, "x-kubernetes-patch-merge-key").map_or("set".to_owned(), |key| format!("map({key})"))
        }
        None => String::new(),
    })
}

fn scalar(ty: &str, format: Option<&str>) -> Option<&'static str> {
    let scalar = match (ty, format) {
        ("string", None) => Scalar::String,
        ("string", Some("byte")) => Scalar::Bytes,
        ("string", Some("date-time")) => Scalar::Time,
        ("string", Some("int-or-string")) => Scalar::IntOrString,
        ("integer", Some("int32")) => Scalar::Int32,
        ("integer", _) => Scalar::Int64,
        ("number", _) => Scalar::Float,
        ("boolean", _) => Scalar::Boolean,
        _ => return None,
    };
    SCALARS.iter().find(|(_, known)| *known == scalar).map(|(name, _)| *name)
}
