//! A custom resource as its definition describes it.

use super::columns::{self, PrinterColumn};
use super::node::Node;
use super::validations::Rules;
use super::{check, fill, prune};
use crate::scale_fields::ScaleFields;
use kinds::{Errors, FieldError, FieldErrorKind, NameRule, Part, Scope};
use schema::TypeRef;
use serde_json::Value;
use std::collections::BTreeMap;

/// A custom resource.
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
    /// Whether the definition is being deleted: nothing new is created.
    pub is_terminating: bool,
    /// The version objects are stored in.
    pub storage_version: Box<str>,
    /// Versions in the order of the definition.
    pub versions: Vec<(Box<str>, CustomVersion)>,
}

/// One version of a custom resource.
#[derive(Debug, Clone)]
pub struct CustomVersion {
    /// The type of its objects.
    pub ty: TypeRef,
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
    /// The schema as the definition has it.
    pub document: Value,
    schema: Node,
    rules: Option<Rules>,
    columns: Vec<PrinterColumn>,
}

/// A dotted path of a definition as a JSON pointer.
fn pointer(path: &str) -> String {
    path.replace('.', "/")
}

impl Custom {
    /// Reads a definition that was validated; `None` when something it must have is missing.
    #[must_use]
    pub fn from_definition(definition: &Value) -> Option<Self> {
        let spec = definition.get("spec")?;
        let names = spec.get("names")?;
        let text = |field: &str| names.get(field).and_then(Value::as_str);
        let texts = |field: &str| -> Vec<Box<str>> {
            names[field].as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
        };
        let kind = text("kind")?;
        let group = spec["group"].as_str()?;
        let preserves = spec["preserveUnknownFields"].as_bool().unwrap_or_default();
        let versions: Vec<&Value> = spec["versions"].as_array()?.iter().collect();
        let storage = versions.iter().find(|version| version["storage"] == true)?["name"].as_str()?;
        let version =
            |version: &&Value| Some((version["name"].as_str()?.into(), read_version(version, group, kind, preserves)));
        Some(Custom {
            group: group.into(),
            plural: text("plural")?.into(),
            singular: text("singular").map_or_else(|| kind.to_lowercase(), str::to_owned).into(),
            kind: kind.into(),
            list_kind: text("listKind").map_or_else(|| format!("{kind}List"), str::to_owned).into(),
            short_names: texts("shortNames"),
            categories: texts("categories"),
            namespaced: spec["scope"] == "Namespaced",
            is_terminating: definition.pointer("/metadata/deletionTimestamp").is_some(),
            storage_version: storage.into(),
            versions: versions.iter().filter_map(version).collect(),
        })
    }

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

    /// Drops what the schema does not declare; gives the paths of what was dropped.
    pub fn prune(&self, version: &str, value: &mut Value) -> Vec<String> {
        self.version(version).map(|version| prune::prune(value, &version.schema)).unwrap_or_default()
    }

    /// Visits the objects within an object.
    pub fn embedded<'v>(&self, version: &str, value: &'v mut Value, visit: &mut dyn FnMut(&str, &'v mut Value)) {
        if let Some(version) = self.version(version) {
            prune::embedded(value, &version.schema, "", visit);
        }
    }

    /// Fills in the schema's defaults.
    pub fn default(&self, version: &str, value: &mut Value) {
        if let Some(version) = self.version(version) {
            fill::fill(value, &version.schema);
        }
    }

    /// What is wrong with a new object.
    #[must_use]
    pub fn validate_create(&self, version: &str, value: &Value) -> Vec<FieldError> {
        let mut errors = Errors::default();
        kinds::metadata::validate_create(value, self.scope(), NameRule::Subdomain, &mut errors);
        let mut errors = errors.into_vec();
        errors.extend(self.check(version, value, None));
        errors
    }

    /// What is wrong with a change.
    #[must_use]
    pub fn validate_update(&self, version: &str, part: Part<'_>, new: &Value, old: &Value) -> Vec<FieldError> {
        let _ = part;
        let mut errors = Errors::default();
        kinds::metadata::validate_update(new, old, self.scope(), &mut errors);
        let mut errors = errors.into_vec();
        errors.extend(self.check(version, new, Some(old)));
        errors
    }

    fn scope(&self) -> Scope {
        if self.namespaced { Scope::Namespaced } else { Scope::Cluster }
    }

    fn check(&self, version: &str, value: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let Some(version) = self.version(version) else { return Vec::new() };
        let mut errors = check::check(value, old, &version.schema);
        if let Some(rules) = &version.rules {
            if errors.iter().any(is_blocking) {
                errors.push(unchecked());
            } else {
                errors.extend(rules.check(value, old));
            }
        }
        errors
    }

    /// The column definitions of tables.
    #[must_use]
    pub fn columns(&self, version: &str) -> Vec<Value> {
        self.version(version).map(|version| columns::definitions(&version.columns)).unwrap_or_default()
    }

    /// The cells of an object's row.
    #[must_use]
    pub fn cells(&self, version: &str, object: &Value, now: jiff::Timestamp) -> Vec<Value> {
        self.version(version).map(|version| columns::cells(&version.columns, object, now)).unwrap_or_default()
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

fn read_version(version: &Value, group: &str, kind: &str, preserves: bool) -> CustomVersion {
    let document = version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_default();
    let mode = if preserves { schema::CustomResource::PreservesUnknown } else { schema::CustomResource::Pruned };
    let mut node = Node::compile(&document);
    node.preserves_unknown |= preserves;
    let path = |field: &str| {
        version.pointer("/subresources/scale").and_then(|scale| scale[field].as_str()).unwrap_or_default()
    };
    let selectable = version["selectableFields"].as_array().into_iter().flatten();
    let selectable = selectable.filter_map(|field| field["jsonPath"].as_str());
    let name = version["name"].as_str().unwrap_or_default();
    let deprecation = (version["deprecated"] == true).then(|| {
        version["deprecationWarning"]
            .as_str()
            .map_or_else(|| format!("{group}/{name} {kind} is deprecated"), str::to_owned)
    });
    CustomVersion {
        ty: schema::from_structural(&document, mode),
        served: version["served"] == true,
        has_status: version.pointer("/subresources/status").is_some(),
        scale: version.pointer("/subresources/scale").map(|_| ScaleFields {
            spec_replicas: pointer(path("specReplicasPath")),
            status_replicas: pointer(path("statusReplicasPath")),
            selector: pointer(path("labelSelectorPath")),
        }),
        deprecation,
        selectable: selectable.map(|path| (path.trim_start_matches('.').to_owned(), pointer(path))).collect(),
        schema: node,
        rules: Rules::compile(&document),
        columns: columns::read(version.get("additionalPrinterColumns")),
        document,
    }
}

/// Whether rules would trip over the data: then they are not run.
fn is_blocking(error: &FieldError) -> bool {
    use FieldErrorKind::{NotSupported, Required, TooLong, TooMany, TypeInvalid};
    matches!(error.kind, NotSupported | Required | TooLong | TooMany | TypeInvalid)
}

fn unchecked() -> FieldError {
    let detail = "some validation rules were not checked because the object was invalid; correct the existing errors \
                  to complete validation";
    FieldError {
        kind: FieldErrorKind::Invalid,
        field: "<nil>".to_owned(),
        value: Some("null".to_owned()),
        detail: detail.to_owned(),
    }
}
