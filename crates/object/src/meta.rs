//! The metadata every controller looks at, read without building the tree of the rest.

use crate::{Gvk, ObjectError};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The annotation kubectl keeps a copy of the manifest in; as large as the object, and so not kept in [`Meta`].
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object's metadata. `managedFields` and the last-applied annotation are left out; they are in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Name; empty when only `generateName` is given.
    pub name: Box<str>,
    /// Prefix for a name the server makes.
    pub generate_name: Option<Box<str>>,
    /// Namespace.
    pub namespace: Option<Box<str>>,
    /// Identity across deletion and creation under the same name; empty before creation.
    pub uid: Box<str>,
    /// Version of this state of the object; empty before creation.
    pub resource_version: Box<str>,
    /// Counts changes of the desired state; 0 when the kind does not count.
    pub generation: i64,
    /// Labels.
    pub labels: BTreeMap<Box<str>, Box<str>>,
    /// Annotations, without kubectl's copy of the manifest.
    pub annotations: BTreeMap<Box<str>, Box<str>>,
    /// Owners.
    pub owner_references: Vec<OwnerReference>,
    /// Finalizers.
    pub finalizers: Vec<Box<str>>,
    /// When it was created.
    pub creation_timestamp: Option<Timestamp>,
    /// Since when it is being deleted.
    pub deletion_timestamp: Option<Timestamp>,
}

/// One owner of an object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    /// `group/version` of the owner.
    #[serde(default)]
    pub api_version: Box<str>,
    /// Kind of the owner.
    #[serde(default)]
    pub kind: Box<str>,
    /// Name of the owner.
    #[serde(default)]
    pub name: Box<str>,
    /// Identity of the owner.
    #[serde(default)]
    pub uid: Box<str>,
    /// Whether this owner manages the object.
    #[serde(default)]
    pub controller: Option<bool>,
    /// Whether the owner's foreground deletion waits for the object.
    #[serde(default)]
    pub block_owner_deletion: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(default)]
    api_version: Option<Box<str>>,
    #[serde(default)]
    kind: Option<Box<str>>,
    #[serde(default)]
    metadata: Option<Wire>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Wire {
    name: Option<Box<str>>,
    generate_name: Option<Box<str>>,
    namespace: Option<Box<str>>,
    uid: Option<Box<str>>,
    resource_version: Option<Box<str>>,
    generation: Option<i64>,
    labels: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
    annotations: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
    owner_references: Option<Vec<OwnerReference>>,
    finalizers: Option<Vec<Box<str>>>,
    creation_timestamp: Option<Timestamp>,
    deletion_timestamp: Option<Timestamp>,
}

impl Meta {
    pub(crate) fn parse(raw: &[u8]) -> Result<Self, ObjectError> {
        let envelope: Envelope = serde_json::from_slice(raw).map_err(|error| malformed(&error))?;
        let filled = |text: Option<Box<str>>| text.filter(|text| !text.is_empty());
        let api_version = filled(envelope.api_version).ok_or(ObjectError::Missing("apiVersion"))?;
        let kind = filled(envelope.kind).ok_or(ObjectError::Missing("kind"))?;
        let wire = envelope.metadata.unwrap_or_default();
        let generate_name = filled(wire.generate_name);
        let name = match (filled(wire.name), &generate_name) {
            (Some(name), _) => name,
            (None, Some(_)) => Box::default(),
            (None, None) => return Err(ObjectError::Missing("metadata.name")),
        };
        let mut annotations = texts(wire.annotations);
        annotations.remove(LAST_APPLIED);
        Ok(Meta {
            gvk: Gvk::from_api_version(&api_version, &kind),
            name,
            generate_name,
            namespace: filled(wire.namespace),
            uid: wire.uid.unwrap_or_default(),
            resource_version: wire.resource_version.unwrap_or_default(),
            generation: wire.generation.unwrap_or_default(),
            labels: texts(wire.labels),
            annotations,
            owner_references: wire.owner_references.unwrap_or_default(),
            finalizers: wire.finalizers.unwrap_or_default(),
            creation_timestamp: wire.creation_timestamp,
            deletion_timestamp: wire.deletion_timestamp,
        })
    }

    /// The owner that manages this object.
    #[must_use]
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller == Some(true))
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn is_terminating(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// The value of an annotation other than kubectl's copy of the manifest.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(|value| &**value)
    }
}

/// What is wrong, without the value: it may be a secret.
fn malformed(error: &serde_json::Error) -> ObjectError {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    ObjectError::Malformed(match text.rsplit_once("expected ") {
        Some((_, expected)) if error.is_data() => format!("a field of its metadata must be {expected}"),
        _ if error.is_data() => "its metadata is malformed".to_owned(),
        _ => "it is not valid JSON".to_owned(),
    })
}

/// Manifests may carry null values in these maps; Kubernetes reads them as empty strings.
fn texts(map: Option<BTreeMap<Box<str>, Option<Box<str>>>>) -> BTreeMap<Box<str>, Box<str>> {
    map.unwrap_or_default().into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect()
}
