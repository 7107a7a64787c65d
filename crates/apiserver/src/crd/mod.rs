//! Custom resources: what their definition says, put where the pipeline asks for it.

use crate::scale_fields::ScaleFields;
use kinds::{FieldError, Part};
use serde_json::Value;
use std::collections::BTreeMap;

/// A custom resource as its definition describes it.
#[derive(Debug, Clone)]
pub struct Custom {
    /// API group.
    pub group: Box<str>,
    /// Plural name.
    pub plural: Box<str>,
    /// Singular name.
    pub singular: Box<str>,
    /// Kind.
    pub kind: Box<str>,
    /// Kind of lists.
    pub list_kind: Box<str>,
    /// Short names.
    pub short_names: Vec<Box<str>>,
    /// Categories.
    pub categories: Vec<Box<str>>,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// The version objects are stored in.
    pub storage_version: Box<str>,
    /// Versions in the order of the definition.
    pub versions: Vec<(Box<str>, CustomVersion)>,
}

/// One version of a custom resource.
#[derive(Debug, Clone)]
pub struct CustomVersion {
    /// The type of its objects.
    pub ty: schema::TypeRef,
    /// Whether requests may speak it.
    pub served: bool,
    /// Whether there is a status subresource.
    pub has_status: bool,
    /// The scale subresource.
    pub scale: Option<ScaleFields>,
    /// The warning for a deprecated version.
    pub deprecation: Option<String>,
    /// Selectable fields, as JSON pointers by their labels.
    pub selectable: BTreeMap<String, String>,
}

impl Custom {
    /// What this version says.
    #[must_use]
    pub fn version(&self, version: &str) -> Option<&CustomVersion> {
        self.versions.iter().find(|(name, _)| **name == *version).map(|(_, version)| version)
    }

    /// The verbs of the resource or of its subresource.
    #[must_use]
    pub fn verbs(&self, version: &str, subresource: &str) -> Option<&'static [&'static str]> {
        const ALL: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
        const PART: &[&str] = &["get", "patch", "update"];
        let version = self.version(version)?;
        match subresource {
            "" => Some(ALL),
            "status" if version.has_status => Some(PART),
            "scale" if version.scale.is_some() => Some(PART),
            _ => None,
        }
    }

    /// Fills in the schema's defaults.
    pub fn default(&self, version: &str, value: &mut Value) {
        let _ = (version, value);
    }

    /// What is wrong with a new object.
    #[must_use]
    pub fn validate_create(&self, version: &str, value: &Value) -> Vec<FieldError> {
        let _ = (version, value);
        Vec::new()
    }

    /// What is wrong with a change.
    #[must_use]
    pub fn validate_update(&self, version: &str, part: Part<'_>, new: &Value, old: &Value) -> Vec<FieldError> {
        let _ = (version, part, new, old);
        Vec::new()
    }

    /// The column definitions of tables.
    #[must_use]
    pub fn columns(&self, version: &str) -> Vec<Value> {
        let _ = version;
        Vec::new()
    }

    /// The cells of an object's row.
    #[must_use]
    pub fn cells(&self, version: &str, object: &Value, now: jiff::Timestamp) -> Vec<Value> {
        let _ = (version, object, now);
        Vec::new()
    }

    /// The value of a selectable field.
    #[must_use]
    pub fn selectable_value(&self, version: &str, field: &str, value: &Value) -> Option<String> {
        let pointer = match field {
            "metadata.name" => "/metadata/name",
            "metadata.namespace" => "/metadata/namespace",
            _ => self.version(version)?.selectable.get(field)?,
        };
        Some(match value.pointer(pointer) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
    }
}

/// What the server resets and adds at a creation.
pub fn prepare_create(value: &mut Value, has_status: bool) {
    if let Some(map) = value.as_object_mut().filter(|_| has_status) {
        map.remove("status");
    }
    value["metadata"]["generation"] = 1.into();
}

/// Keeps what a write may not change, and counts the generation.
pub fn prepare_update(part: Part<'_>, new: &mut Value, old: &Value, has_status: bool) {
    let _ = (part, new, old, has_status);
}
