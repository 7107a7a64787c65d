//! What can be done to an object besides creating and replacing it. Leaf module.

use serde_json::Value;

/// A change to a part of an object.
#[derive(Debug, Clone)]
pub enum Patch {
    /// A list of JSON Patch operations.
    Json(Value),
    /// A JSON merge patch.
    Merge(Value),
    /// A strategic merge patch; built-in kinds only.
    Strategic(Value),
    /// Server-side apply.
    Apply(Value),
    /// Server-side apply that takes over fields of other managers.
    ForceApply(Value),
}

/// What happens to what the deleted object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// It is deleted before the object.
    Foreground,
    /// It is deleted after the object.
    Background,
    /// It stays and loses its owner reference.
    Orphan,
}

impl Propagation {
    /// As `propagationPolicy` spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Propagation::Foreground => "Foreground",
            Propagation::Background => "Background",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What happens to what the object owns; `None`: the kind's default, which is background nearly everywhere.
    pub propagation: Option<Propagation>,
    /// Seconds a pod is given to end; `None`: as the object says.
    pub grace_period_seconds: Option<i64>,
    /// Only if the object still has this uid.
    pub uid: Option<String>,
    /// Only if the object still has this resourceVersion.
    pub resource_version: Option<String>,
}
