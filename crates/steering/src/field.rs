//! What is told by one field: the bodies of merge patches.

use api::Time;
use serde_json::{Value, json};

/// Go back to what was found good. Merged into the status.
#[must_use]
pub fn abort() -> Value {
    json!({"status": {"abort": true}})
}

/// Try again what was aborted. Merged into the status.
#[must_use]
pub fn retry() -> Value {
    json!({"status": {"abort": false}})
}

/// Stand still until [`resume`].
#[must_use]
pub fn pause() -> Value {
    json!({"spec": {"paused": true}})
}

/// Go on after [`pause`].
#[must_use]
pub fn resume() -> Value {
    json!({"spec": {"paused": false}})
}

/// Replace the pods that are older than this.
#[must_use]
pub fn restart(at: Time) -> Value {
    json!({"spec": {"restartAt": at}})
}
