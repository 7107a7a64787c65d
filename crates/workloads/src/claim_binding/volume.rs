//! Volumes: free, bound, released, and gone when their class says so.

use super::write::{VOLUMES, patch, without_finalizer};
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan};
use crate::reading::target;
use apiserver::Object;
use serde_json::json;

/// What keeps a volume while it is bound.
const PROTECTION: &str = "kubernetes.io/pv-protection";

/// Everything one pass over a volume knows.
#[derive(Debug, Clone)]
pub struct ObservedVolume {
    /// The volume.
    pub volume: Object,
    /// The claim its reference names, whoever that is by now.
    pub claim: Option<Object>,
}

/// What to do for a volume now.
#[must_use]
pub fn plan_volume(observed: &ObservedVolume) -> Plan {
    let volume = &observed.volume;
    let document = volume.value();
    let reference = &document["spec"]["claimRef"];
    let is_bound = observed.claim.as_ref().is_some_and(|claim| reference["uid"] == *claim.meta().uid);
    if volume.meta().is_terminating() {
        let protected = volume.meta().finalizers.iter().any(|own| &**own == PROTECTION);
        let release = (protected && !is_bound).then(|| without_finalizer(&VOLUMES, volume, PROTECTION));
        return Plan { actions: release.into_iter().collect(), wake: None };
    }
    let phase = if reference.is_null() || (reference["uid"].is_null() && !is_bound) {
        "Available"
    } else if is_bound {
        "Bound"
    } else {
        "Released"
    };
    let mut plan = Plan::nothing();
    if document["status"]["phase"] != phase {
        plan.actions.push(patch(&VOLUMES, volume, Part::Status, json!({"status": {"phase": phase}})));
    }
    if phase == "Released" && document["spec"]["persistentVolumeReclaimPolicy"] == "Delete" {
        plan.actions.push(Action::Delete {
            target: target(&VOLUMES, volume),
            uid: volume.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        });
    }
    plan
}
