//! What the pipeline knows of a resource, built in or custom, behind one face. Built-in knowledge comes from `kinds`
//! and `defaults`, custom from the definition's schema; nothing here is stored or asked of the store.

use crate::crd::Custom;
use crate::error::{ApiError, Cause};
use crate::group_resource::GroupResource;
use crate::scale_fields::ScaleFields;
use base64::Engine;
use defaults::{DecodeError, Decoded};
use kinds::{CreateContext, FieldError, Kind, Part, Scope};
use object::Gvk;
use serde_json::Value;
use std::sync::Arc;

/// A resource.
#[derive(Debug, Clone)]
pub enum Resource {
    /// Of the table in `kinds`.
    BuiltIn(&'static Kind),
    /// Of a custom resource definition.
    Custom(Arc<Custom>),
}

/// A resource in one of its versions.
#[derive(Debug, Clone)]
pub struct Served {
    /// The resource.
    pub resource: Resource,
    /// The version a request speaks.
    pub version: Box<str>,
}

impl Resource {
    /// API group.
    #[must_use]
    pub fn group(&self) -> &str {
        match self {
            Resource::BuiltIn(kind) => kind.group,
            Resource::Custom(custom) => &custom.group,
        }
    }

    /// Plural name.
    #[must_use]
    pub fn plural(&self) -> &str {
        match self {
            Resource::BuiltIn(kind) => kind.plural,
            Resource::Custom(custom) => &custom.plural,
        }
    }

    /// Kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Resource::BuiltIn(kind) => kind.kind,
            Resource::Custom(custom) => &custom.kind,
        }
    }

    /// Kind of its lists.
    #[must_use]
    pub fn list_kind(&self) -> String {
        match self {
            Resource::BuiltIn(kind) => kind.list_kind(),
            Resource::Custom(custom) => custom.list_kind.to_string(),
        }
    }

    /// Whether objects live in namespaces.
    #[must_use]
    pub fn is_namespaced(&self) -> bool {
        match self {
            Resource::BuiltIn(kind) => kind.scope == Scope::Namespaced,
            Resource::Custom(custom) => custom.namespaced,
        }
    }

    /// Whether its objects are custom resource definitions.
    fn is_definition(&self) -> bool {
        self.name() == crate::group_resource::resources::CUSTOM_RESOURCE_DEFINITIONS
    }

    /// Whether it comes from a custom resource definition.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        matches!(self, Resource::Custom(_))
    }

    /// Its name in messages and requests.
    #[must_use]
    pub fn name(&self) -> GroupResource {
        match self {
            Resource::BuiltIn(kind) => GroupResource::new(kind.group, kind.plural),
            Resource::Custom(custom) => GroupResource::owned(&custom.group, &custom.plural),
        }
    }

    /// The name its objects are stored under, which another group may share.
    #[must_use]
    pub fn store_name(&self) -> GroupResource {
        match self {
            Resource::BuiltIn(kind) => GroupResource::new(kind.storage.group, kind.plural),
            Resource::Custom(_) => self.name(),
        }
    }

    /// Group, version and kind its objects are stored as.
    #[must_use]
    pub fn storage_gvk(&self) -> Gvk {
        match self {
            Resource::BuiltIn(kind) => kind.storage_gvk(),
            Resource::Custom(custom) => Gvk::new(&custom.group, &custom.storage_version, &custom.kind),
        }
    }

    /// Whether an update may leave out the resourceVersion.
    #[must_use]
    pub fn allows_unconditional_update(&self) -> bool {
        match self {
            Resource::BuiltIn(kind) => kind.unconditional_update,
            Resource::Custom(_) => false,
        }
    }

    /// Whether an update of a missing object creates it.
    #[must_use]
    pub fn creates_on_update(&self) -> bool {
        matches!(self, Resource::BuiltIn(kind) if kind.create_on_update)
    }

    /// Turns stored into served, or served into stored.
    pub fn convert(&self, value: &mut Value, to: &Gvk) {
        match self {
            Resource::BuiltIn(kind) => {
                let same = value.get("apiVersion").and_then(Value::as_str).is_some_and(|from| from == to.api_version());
                if !same {
                    kinds::convert(kind, value, to);
                    defaults::canonicalize(to, value);
                }
            }
            Resource::Custom(_) => {
                if let Some(map) = value.as_object_mut() {
                    map.insert("apiVersion".to_owned(), to.api_version().into());
                    map.insert("kind".to_owned(), Value::from(&*to.kind));
                }
            }
        }
    }

    /// The refusal of an object that breaks these rules.
    #[must_use]
    pub fn invalid(&self, name: &str, errors: Vec<FieldError>) -> ApiError {
        let cause = |error: FieldError| Cause {
            reason: error.reason().to_owned(),
            message: error.message(),
            field: error.field,
        };
        ApiError::invalid(self.group(), self.kind(), name, errors.into_iter().map(cause).collect())
    }
}

impl Served {
    /// Group, version and kind of requests and answers.
    #[must_use]
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.resource.group(), &self.version, self.resource.kind())
    }

    /// `group/version`.
    #[must_use]
    pub fn api_version(&self) -> String {
        self.gvk().api_version()
    }

    /// Whether requests speak the version objects are stored in.
    #[must_use]
    pub fn is_stored_version(&self) -> bool {
        self.gvk() == self.resource.storage_gvk()
    }

    /// Whether the object has a status that only the status subresource writes.
    #[must_use]
    pub fn has_status(&self) -> bool {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.has_status,
            Resource::Custom(custom) => custom.version(&self.version).is_some_and(|version| version.has_status),
        }
    }

    fn status(&self) -> crate::crd::Status {
        if self.has_status() { crate::crd::Status::Separate } else { crate::crd::Status::Ordinary }
    }

    /// The verbs of the resource or of its subresource; `None` when there is no such subresource.
    #[must_use]
    pub fn verbs(&self, subresource: &str) -> Option<&'static [&'static str]> {
        match &self.resource {
            Resource::BuiltIn(kind) if subresource.is_empty() => Some(kind.verbs),
            Resource::BuiltIn(kind) => kind.subresource(subresource).map(|part| part.verbs),
            Resource::Custom(custom) => custom.verbs(&self.version, subresource),
        }
    }

    /// Where the scale subresource finds its fields, in the stored version.
    #[must_use]
    pub fn scale(&self) -> Option<ScaleFields> {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.scale.map(|paths| ScaleFields {
                spec_replicas: paths.spec_replicas.to_owned(),
                status_replicas: paths.status_replicas.to_owned(),
                selector: paths.selector.to_owned(),
            }),
            Resource::Custom(custom) => custom.version(&self.version).and_then(|version| version.scale.clone()),
        }
    }

    /// Fits a tree to the type: drops what is not declared and tells of it.
    ///
    /// # Errors
    /// When something is of the wrong type, in Go's words.
    pub fn fit(&self, value: Value) -> Result<Decoded, DecodeError> {
        match &self.resource {
            Resource::BuiltIn(_) => defaults::decode_value(&self.gvk(), value),
            Resource::Custom(custom) => fit_custom(custom, &self.version, value),
        }
    }

    /// Fills in defaults of this version. An empty list of managers means something and stays.
    pub fn default(&self, value: &mut Value) {
        let metadata = value.get_mut("metadata").and_then(Value::as_object_mut);
        let managers = metadata.and_then(|metadata| metadata.remove("managedFields"));
        self.default_fields(value);
        if let Some((managers, metadata)) = managers.zip(value.get_mut("metadata").and_then(Value::as_object_mut)) {
            metadata.insert("managedFields".to_owned(), managers);
        }
    }

    fn default_fields(&self, value: &mut Value) {
        match &self.resource {
            Resource::BuiltIn(kind) => {
                defaults::apply(&self.gvk(), value);
                if kind.kind == "Secret" {
                    fold_plain_text(value);
                }
            }
            Resource::Custom(custom) => custom.default(&self.version, value),
        }
    }

    /// What the server resets and adds at a creation.
    pub fn prepare_create(&self, value: &mut Value, context: &CreateContext<'_>) {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.prepare_create(value, context),
            Resource::Custom(_) => crate::crd::prepare_create(value, self.status()),
        }
    }

    /// Keeps what a write may not change.
    pub fn prepare_update(&self, part: Part<'_>, new: &mut Value, old: &Value) {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.prepare_update(part, new, old),
            Resource::Custom(_) => crate::crd::prepare_update(part, new, old, self.status()),
        }
    }

    /// What is wrong with a new object.
    #[must_use]
    pub fn validate_create(&self, value: &Value) -> Vec<FieldError> {
        match &self.resource {
            Resource::BuiltIn(kind) => {
                let mut errors = kind.validate_create(value);
                if self.resource.is_definition() {
                    errors.extend(crate::crd::validate_definition(value));
                }
                errors
            }
            Resource::Custom(custom) => custom.validate_create(&self.version, value),
        }
    }

    /// What is wrong with a change.
    #[must_use]
    pub fn validate_update(&self, part: Part<'_>, new: &Value, old: &Value) -> Vec<FieldError> {
        let scope = if self.resource.is_namespaced() { Scope::Namespaced } else { Scope::Cluster };
        // Compat: upstream looks at the metadata twice, and tells what is wrong with it twice.
        let mut errors = kinds::Errors::default();
        kinds::metadata::validate_update(new, old, scope, &mut errors);
        let mut errors = errors.into_vec();
        errors.extend(match &self.resource {
            Resource::BuiltIn(kind) => {
                let mut errors = kind.validate_update(part, new, old);
                if self.resource.is_definition() && part == Part::Whole {
                    errors.extend(crate::crd::validate_definition_update(new, old));
                }
                errors
            }
            Resource::Custom(custom) => custom.validate_update(&self.version, part, new, old),
        });
        errors
    }

    /// What every answer about the resource warns of.
    #[must_use]
    pub fn deprecation(&self) -> Option<String> {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.deprecated.map(str::to_owned),
            Resource::Custom(_) => None,
        }
    }

    /// What is accepted with a warning.
    #[must_use]
    pub fn warnings(&self, value: &Value, old: Option<&Value>) -> Vec<String> {
        match &self.resource {
            Resource::BuiltIn(_) if self.resource.is_definition() => crate::crd::definition_warnings(value),
            Resource::BuiltIn(kind) => kind.warnings(value, old),
            Resource::Custom(custom) => {
                custom.version(&self.version).and_then(|v| v.deprecation.clone()).into_iter().collect()
            }
        }
    }

    /// Whether this is, or once was, a version of the resource.
    #[must_use]
    pub fn is_known_version(&self, version: &str) -> bool {
        match &self.resource {
            // Versions before the stable one are known to upstream's decoder though no longer served.
            Resource::BuiltIn(kind) => {
                kind.versions.contains(&version) || version.contains("alpha") || version.contains("beta")
            }
            Resource::Custom(custom) => custom.version(version).is_some(),
        }
    }

    /// Whether the kind knows selectable fields besides name and namespace.
    #[must_use]
    pub fn has_own_selectable_fields(&self) -> bool {
        match &self.resource {
            Resource::BuiltIn(kind) => !kind.selectable.is_empty(),
            Resource::Custom(custom) => {
                custom.version(&self.version).is_some_and(|version| !version.selectable.is_empty())
            }
        }
    }

    /// The value of a selectable field of a stored object; `None` when the field cannot be selected.
    #[must_use]
    pub fn selectable_value(&self, field: &str, value: &Value) -> Option<String> {
        match &self.resource {
            Resource::BuiltIn(kind) => kind.selectable_value(field, value),
            Resource::Custom(custom) => custom.selectable_value(&self.version, field, value),
        }
    }
}

/// The metadata of a custom resource and of objects within it is read as every object's is; the rest by the schema.
fn fit_custom(custom: &Custom, version: &str, mut value: Value) -> Result<Decoded, DecodeError> {
    let mut strict = Vec::new();
    let mut failed = None;
    fit_metadata("", &mut value, &mut strict, &mut failed);
    custom.embedded(version, &mut value, &mut |path, object| {
        fit_metadata(&format!("{path}."), object, &mut strict, &mut failed);
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let dropped = custom.prune(version, &mut value);
    strict.extend(dropped.into_iter().map(|path| format!("unknown field \"{path}\"")));
    Ok(Decoded { value, strict })
}

fn fit_metadata(prefix: &str, object: &mut Value, strict: &mut Vec<String>, failed: &mut Option<DecodeError>) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    // Any kind will do: all have the same metadata.
    let gvk = Gvk::new("", "v1", "ConfigMap");
    match defaults::decode_value(&gvk, serde_json::json!({"metadata": metadata.take()})) {
        Ok(mut decoded) => {
            *metadata = decoded.value["metadata"].take();
            strict.extend(decoded.strict.into_iter().map(|text| text.replacen('"', &format!("\"{prefix}"), 1)));
        }
        Err(error) => {
            *failed = Some(DecodeError::Type(error.to_string().replace("ObjectMeta.metadata.", "ObjectMeta.")))
        }
    }
}

/// Compat: upstream moves `stringData` of a Secret into `data` when it reads it, before it notes who owns what.
fn fold_plain_text(secret: &mut Value) {
    let Some(map) = secret.as_object_mut() else { return };
    let Some(Value::Object(plain)) = map.remove("stringData") else { return };
    let data = map.entry("data").or_insert_with(|| Value::Object(serde_json::Map::new()));
    let Some(data) = data.as_object_mut() else { return };
    for (key, text) in plain {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_str().unwrap_or_default());
        data.insert(key, encoded.into());
    }
}
