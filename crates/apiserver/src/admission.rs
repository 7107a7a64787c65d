//! A seam in the write pipeline: whoever embeds the server may change or refuse what is written. Built-in admission
//! (namespaces, pods, service addresses) is not here but in the pipeline.

use crate::error::ApiError;
use crate::group_resource::GroupResource;
use serde_json::Value;

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A new object.
    Create,
    /// A change, by update, patch or apply.
    Update,
    /// A deletion.
    Delete,
}

/// One write, as admission sees it.
#[derive(Debug, Clone, Copy)]
pub struct AdmissionRequest<'a> {
    /// What it does.
    pub operation: Operation,
    /// To which resource.
    pub resource: &'a GroupResource,
    /// In which version.
    pub version: &'a str,
    /// Namespace, empty for cluster-scoped objects.
    pub namespace: &'a str,
    /// Name; empty while a generated one is not made yet.
    pub name: &'a str,
    /// Subresource, empty for the object itself.
    pub subresource: &'a str,
    /// Who writes.
    pub user: &'a str,
    /// The state before, for changes and deletions.
    pub old: Option<&'a Value>,
    /// Whether nothing will be stored.
    pub is_dry_run: bool,
}

/// Changes or refuses writes. Must be pure in effect: a write may be admitted and still not happen.
pub trait Admission: Send + Sync {
    /// May change the object before it is validated.
    ///
    /// # Errors
    /// To refuse the write.
    fn mutate(&self, request: &AdmissionRequest<'_>, object: &mut Value) -> Result<(), ApiError> {
        let _ = (request, object);
        Ok(())
    }

    /// Looks at the object as it would be stored (at a deletion: as it is).
    ///
    /// # Errors
    /// To refuse the write.
    fn validate(&self, request: &AdmissionRequest<'_>, object: &Value) -> Result<(), ApiError> {
        let _ = (request, object);
        Ok(())
    }
}
