//! What marks a custom resource definition that is being deleted. Leaf of the pipeline.

use serde_json::{Value, json};

/// Holds a definition that is deleted until its objects are gone.
pub const CLEANUP_FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Puts the condition that tells of the removal.
pub fn mark_terminating(definition: &mut Value, now: &str, reason: &str, message: &str) {
    let condition = json!({
        "type": "Terminating", "status": "True", "lastTransitionTime": now, "reason": reason, "message": message,
    });
    let conditions = &mut definition["status"]["conditions"];
    match conditions.as_array_mut() {
        Some(list) => match list.iter_mut().find(|condition| condition["type"] == "Terminating") {
            Some(present) => {
                present["reason"] = reason.into();
                present["message"] = message.into();
            }
            None => list.push(condition),
        },
        None => *conditions = json!([condition]),
    }
}
