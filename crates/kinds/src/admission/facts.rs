//! What admission of a pod is told, and how it refuses one.

use crate::read;
use serde_json::Value;

/// What admission of a pod must know of other objects.
#[derive(Debug, Clone, Copy)]
pub struct PodFacts<'a> {
    /// The pod's service account (see [`service_account_of`]); `None` when there is none of that name.
    pub service_account: Option<&'a Value>,
    /// All priority classes.
    pub priority_classes: &'a [Value],
    /// The runtime class the pod names; `None` when there is none of that name.
    pub runtime_class: Option<&'a Value>,
    /// Five random characters for the name of the token's volume.
    pub volume_suffix: &'a str,
}

/// Why a pod is refused: the part of the message after `pods "name" is forbidden: `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// The name of the service account a pod runs as.
#[must_use]
pub fn service_account_of(pod: &Value) -> &str {
    match read::text(read::at(pod, "spec"), "serviceAccountName") {
        "" => "default",
        name => name,
    }
}
