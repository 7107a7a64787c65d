//! What Kubernetes' admission does to a new pod: its service account and token, its priority, how long it stays on
//! nodes that are not ready. What it must know of other objects is handed in as [`PodFacts`].

mod facts;
pub mod limit_range;
mod priority;
pub mod quota;
mod service_account;
mod tolerations;

pub use facts::{PodFacts, Refused, service_account_of};
pub(crate) use tolerations::add as add_tolerations;

use crate::read;
use serde_json::Value;

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
