//! Numbers in the status of workloads: none below zero, no part greater than its whole.

use crate::checks::numbers;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

const STATUS: Path<'static> = Path::root("status");

fn not_negative(status: &Value, fields: &[&str], errors: &mut Errors) {
    for field in fields {
        numbers::not_negative_at(&STATUS, status, field, errors);
    }
}

/// `part` is at most `whole`; `name` is how the message calls the whole.
fn at_most(status: &Value, part: &str, whole: &str, name: &str, errors: &mut Errors) {
    let number = read::number(status, part);
    if number > read::number(status, whole) {
        errors.invalid_number(&STATUS.child(part), number, format!("cannot be greater than {name}"));
    }
}

/// Deployments.
pub fn of_deployment(new: &Value, _: &Value, errors: &mut Errors) {
    let status = read::at(new, "status");
    let counts = [
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "unavailableReplicas",
    ];
    not_negative(status, &counts, errors);
    for part in ["updatedReplicas", "readyReplicas", "availableReplicas"] {
        at_most(status, part, "replicas", "status.replicas", errors);
    }
    at_most(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
}

/// Replica sets and replication controllers.
pub fn of_replica_set(new: &Value, _: &Value, errors: &mut Errors) {
    let status = read::at(new, "status");
    let counts = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"];
    not_negative(status, &counts, errors);
    for part in ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] {
        at_most(status, part, "replicas", "status.replicas", errors);
    }
    at_most(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
}

/// Stateful sets.
pub fn of_stateful_set(new: &Value, _: &Value, errors: &mut Errors) {
    let status = read::at(new, "status");
    let counts =
        ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration"];
    not_negative(status, &counts, errors);
    for part in ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] {
        at_most(status, part, "replicas", "status.replicas", errors);
    }
    at_most(status, "availableReplicas", "readyReplicas", "status.readyReplicas", errors);
}

/// Daemon sets.
pub fn of_daemon_set(new: &Value, _: &Value, errors: &mut Errors) {
    let counts = [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
    ];
    not_negative(read::at(new, "status"), &counts, errors);
}
