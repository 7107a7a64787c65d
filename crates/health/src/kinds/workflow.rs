//! Argo Workflow: its phase.

use crate::fields::text;
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing, Unknown};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let status = match text(&value, "/status/phase") {
        "" | "Pending" | "Running" => Progressing,
        "Succeeded" => Healthy,
        "Failed" | "Error" => Degraded,
        _ => Unknown,
    };
    Ok(Health::new(status, text(&value, "/status/message")))
}
