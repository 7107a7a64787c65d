//! ReplicaSet: whether its pods can be made and are available.

use crate::fields::{condition, count, integer, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    if live.meta().generation > count(&value, "/status/observedGeneration") {
        let message = "Waiting for rollout to finish: observed replica set generation less than desired generation";
        return Ok(Health::new(Progressing, message));
    }
    if let Some(failure) = condition(&value, "ReplicaFailure").filter(|it| text(it, "/status") == "True") {
        return Ok(Health::new(Degraded, text(failure, "/message")));
    }
    let available = count(&value, "/status/availableReplicas");
    match integer(&value, "/spec/replicas") {
        Some(wanted) if available < wanted => Ok(Health::new(
            Progressing,
            format!("Waiting for rollout to finish: {available} out of {wanted} new replicas are available..."),
        )),
        _ => Ok(Health::new(Healthy, "")),
    }
}
