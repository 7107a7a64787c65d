//! What Kubernetes' admission does to a new pod: its service account and token, its priority, how long it stays on
//! nodes that are not ready. What it must know of other objects is handed in as [`PodFacts`].

mod priority;
mod service_account;
mod tolerations;

pub(crate) use tolerations::add as add_tolerations;

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

/// Adds to a new pod, already defaulted, what admission adds.
///
/// # Errors
/// When the pod names something that is not there, or gives a value that admission computes.
pub fn admit_pod(pod: &mut Value, facts: &PodFacts<'_>) -> Result<(), Refused> {
    service_account::admit(pod, facts)?;
    priority::admit(read::at_mut(pod, "spec"), facts.priority_classes)?;
    add_tolerations(read::at_mut(pod, "spec"));
    runtime_class(read::at_mut(pod, "spec"), facts.runtime_class)
}

fn runtime_class(spec: &mut Value, class: Option<&Value>) -> Result<(), Refused> {
    let name = read::text(spec, "runtimeClassName");
    if name.is_empty() {
        return Ok(());
    }
    let Some(class) = class else {
        return Err(Refused(format!("pod rejected: RuntimeClass \"{name}\" not found")));
    };
    if let Some(overhead) = class.pointer("/overhead/podFixed") {
        read::set(spec, "overhead", overhead.clone());
    }
    Ok(())
}
