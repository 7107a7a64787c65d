//! Namespaces as the life of what is in them: nothing is created in one that is missing or going away, and some may
//! not go away.

use super::request::Writing;
use crate::error::{ApiError, Cause};
use crate::group_resource::resources;
use crate::resource::Resource;
use serde_json::Value;

/// Namespaces that may not be deleted.
const PROTECTED: [&str; 3] = ["default", "kube-system", "kube-public"];

/// Whether something may be created in the request's namespace.
pub fn check_create(writing: &Writing<'_>, name: &str) -> Result<(), ApiError> {
    if matches!(&writing.served.resource, Resource::Custom(custom) if custom.is_terminating) {
        let cause = "create not allowed while custom resource definition is terminating";
        return Err(ApiError::forbidden(&writing.served.resource.name(), name, cause));
    }
    if !writing.served.resource.is_namespaced() || writing.namespace.is_empty() {
        return Ok(());
    }
    let namespace = writing.namespace;
    let Some(entry) = writing.shared.store.get(&resources::NAMESPACES, namespace) else {
        return Err(ApiError::not_found(&resources::NAMESPACES, namespace));
    };
    if !entry.object.meta().is_terminating() || is_review(writing) {
        return Ok(());
    }
    let cause = format!("unable to create new content in namespace {namespace} because it is being terminated");
    let detail = Cause {
        reason: "NamespaceTerminating".to_owned(),
        message: format!("namespace {namespace} is being terminated"),
        field: "metadata.namespace".to_owned(),
    };
    let mut details = crate::error::about(&writing.served.resource.name(), name);
    details.causes = vec![detail];
    Err(ApiError::forbidden(&writing.served.resource.name(), name, &cause).with_details(details))
}

fn is_review(writing: &Writing<'_>) -> bool {
    writing.served.resource.group() == "authorization.k8s.io"
}

/// Whether this object may be deleted.
pub fn check_delete(writing: &Writing<'_>) -> Result<(), ApiError> {
    let name = writing.served.resource.name();
    if name == resources::NAMESPACES && PROTECTED.contains(&writing.name) {
        return Err(ApiError::forbidden(&name, writing.name, "this namespace may not be deleted"));
    }
    Ok(())
}

/// Marks a namespace that is being deleted.
pub fn mark_terminating(namespace: &mut Value) {
    namespace["status"]["phase"] = "Terminating".into();
}

/// Whether a namespace still waits for its content to go.
pub fn holds_content(namespace: &Value) -> bool {
    namespace.pointer("/spec/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}
