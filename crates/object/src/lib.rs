//! Any Kubernetes object as a value: identity and metadata parsed once, the JSON text kept as it came, the tree of
//! values made only when somebody asks. A cache of such objects costs about what they cost on the wire.
//!
//! Knows nothing of clients, caches or kinds. Start reading at [`Object`].

mod fetched;
mod identity;
mod meta;
mod path;

pub use fetched::Fetched;
pub use identity::{Gvk, Key};
pub use meta::{Meta, OwnerReference};
pub use path::{PointerError, pointer_get, pointer_remove};

use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

/// One object, immutable and cheap to clone.
///
/// Guarantees: [`Object::raw`] is valid JSON of one object with `apiVersion`, `kind` and `metadata.name` or
/// `metadata.generateName`; [`Object::meta`] says what it says.
#[derive(Clone)]
pub struct Object {
    meta: Arc<Meta>,
    raw: Bytes,
}

/// Why some JSON is no Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// Not JSON, or a metadata field of another type than Kubernetes gives it.
    #[error("not a Kubernetes object: {0}")]
    Malformed(String),
    /// A field every object has is missing.
    #[error("not a Kubernetes object: {0} is missing")]
    Missing(&'static str),
}

impl Object {
    /// Reads one object from JSON text.
    ///
    /// # Errors
    /// When the text is not JSON or lacks `apiVersion`, `kind` or a name.
    pub fn parse(raw: impl Into<Bytes>) -> Result<Self, ObjectError> {
        let raw = raw.into();
        let meta = Meta::parse(&raw)?;
        Ok(Object { meta: Arc::new(meta), raw })
    }

    /// Makes an object of a tree of values.
    ///
    /// # Errors
    /// As [`Object::parse`].
    pub fn from_value(value: &Value) -> Result<Self, ObjectError> {
        Object::parse(value.to_string().into_bytes())
    }

    /// The parsed metadata.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Group, version and kind.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        &self.meta.gvk
    }

    /// Name, empty when only `generateName` is given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.meta.name
    }

    /// Namespace, `None` when the object names none.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.meta.namespace.as_deref()
    }

    /// Group, kind, namespace and name.
    #[must_use]
    pub fn key(&self) -> Key {
        Key {
            group: self.meta.gvk.group.clone(),
            kind: self.meta.gvk.kind.clone(),
            namespace: self.meta.namespace.clone(),
            name: self.meta.name.clone(),
        }
    }

    /// The JSON text.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The whole tree, parsed anew at every call: keep it rather than ask twice.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.raw).expect("invariant: raw was parsed as JSON when the object was made")
    }

    /// Only the part at this JSON pointer; `None` when there is nothing.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<Value> {
        pointer_get(&self.value(), pointer).cloned()
    }
}

impl PartialEq for Object {
    /// Equal text, not equal meaning.
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Object {}

impl std::fmt::Debug for Object {
    /// Identity only: the content may be a Secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Object({}@{})", self.key(), self.meta.resource_version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_is_read_and_the_text_is_kept() {
        let text = r#"{"kind":"Deployment","apiVersion":"apps/v1","unknown":[1.50],
            "metadata":{"name":"web","namespace":"shop","resourceVersion":"7","labels":{"a":"b"},
            "ownerReferences":[{"apiVersion":"x/v1","kind":"Y","name":"y","uid":"u","controller":true}]}}"#;
        let object = Object::parse(text).expect("an object");
        assert_eq!(object.key().to_string(), "apps/Deployment/shop/web");
        assert_eq!(object.meta().labels.get("a").map(|value| &**value), Some("b"));
        assert_eq!(object.meta().controller().map(|owner| &*owner.uid), Some("u"));
        assert_eq!(&object.raw()[..], text.as_bytes());
        assert_eq!(object.get("/unknown/0"), Some(json!(1.5)));
    }

    #[test]
    fn what_is_missing_is_named() {
        let parse = |value: Value| Object::from_value(&value).map(|_| ()).map_err(|error| error.to_string());
        let missing = |field: &str| Err(format!("not a Kubernetes object: {field} is missing"));
        assert_eq!(parse(json!({"kind": "A", "metadata": {"name": "x"}})), missing("apiVersion"));
        assert_eq!(parse(json!({"apiVersion": "v1", "metadata": {"name": "x"}})), missing("kind"));
        assert_eq!(parse(json!({"apiVersion": "v1", "kind": "A"})), missing("metadata.name"));
        assert_eq!(parse(json!({"apiVersion": "v1", "kind": "A", "metadata": {"generateName": "x-"}})), Ok(()));
    }
}
