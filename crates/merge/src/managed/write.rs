//! What there is to know about a write.

use crate::fields::Set;
use schema::TypeRef;
use serde_json::Value;

/// The versions a kind is served in. Owners may have been recorded in another version than that of the write.
pub trait Versions {
    /// The type of the kind in this version, such as `apps/v1`; `None` when the version is not served any more.
    fn type_of(&self, api_version: &str) -> Option<TypeRef>;

    /// The object in another version; `None` when that version is not served any more.
    fn convert(&self, object: &Value, api_version: &str) -> Option<Value>;
}

/// A kind of one version.
#[derive(Debug, Clone)]
pub struct OneVersion {
    /// The version, such as `apps/v1`.
    pub api_version: String,
    /// The type in it.
    pub ty: TypeRef,
}

impl Versions for OneVersion {
    fn type_of(&self, api_version: &str) -> Option<TypeRef> {
        (self.api_version == api_version).then(|| self.ty.clone())
    }

    fn convert(&self, object: &Value, api_version: &str) -> Option<Value> {
        (self.api_version == api_version).then(|| object.clone())
    }
}

/// One write of an object, as far as ownership is concerned.
pub struct Write<'w> {
    /// Who writes; empty counts as `unknown`.
    pub manager: &'w str,
    /// The version of the request, such as `apps/v1`. Live and new object are in this version.
    pub api_version: &'w str,
    /// The kind.
    pub kind: &'w str,
    /// The subresource written to; empty for the object itself.
    pub subresource: &'w str,
    /// The time of the write in RFC 3339 with whole seconds, such as `2024-01-02T03:04:05Z`.
    pub now: &'w str,
    /// The kind's versions.
    pub versions: &'w dyn Versions,
    /// Fields this endpoint takes from nobody, such as `status` on the object itself: they are owned by no writer here.
    pub ignored: &'w Set,
}
