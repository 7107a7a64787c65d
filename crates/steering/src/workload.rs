//! Where the template of a Rollout's pods stands.

use crate::refused::Refused;
use api::names::API_VERSION;
use api::rollouts::ROLLOUT;
use object::Gvk;
use serde_json::Value;

/// The object in which the template stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its kind.
    pub gvk: Gvk,
    /// Its name; it is in the namespace of the Rollout.
    pub name: String,
}

/// Where the template of the Rollout `name` stands: in itself, or in the workload it refers to.
///
/// # Errors
/// When it refers to a kind that has no template to be changed.
pub fn workload_of(spec: &Value, name: &str) -> Result<Workload, Refused> {
    let reference = &spec["workloadRef"];
    let gvk = match reference["kind"].as_str() {
        None => Gvk::from_api_version(API_VERSION, ROLLOUT),
        Some(kind @ ("Deployment" | "ReplicaSet")) => Gvk::new("apps", "v1", kind),
        Some("PodTemplate") => Gvk::new("", "v1", "PodTemplate"),
        Some(kind) => return Err(Refused::UnknownWorkload(kind.to_owned())),
    };
    Ok(Workload { gvk, name: reference["name"].as_str().unwrap_or(name).to_owned() })
}
