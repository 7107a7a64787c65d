//! What these documents are told of a custom resource, and where its document is.

use serde_json::Value;

/// A version of a custom resource, as far as these documents tell of it.
#[derive(Debug, Clone, Copy)]
pub struct CustomVersion<'a> {
    /// API group.
    pub group: &'a str,
    /// Version.
    pub version: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// Resource.
    pub plural: &'a str,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// Subresources by name.
    pub subresources: &'a [&'a str],
    /// The schema of its objects; null when it has none.
    pub schema: &'a Value,
}

/// The place of a group and version in the index of version 3.
pub(super) fn place_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}
