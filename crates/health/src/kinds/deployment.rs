//! Deployment: its rollout as `kubectl rollout status` sees it.

use crate::fields::{condition, count, integer, is_true, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing, Suspended};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    if is_true(&value, "/spec/paused") {
        return Ok(Health::new(Suspended, "Deployment is paused"));
    }
    if live.meta().generation > count(&value, "/status/observedGeneration") {
        let message = "Waiting for rollout to finish: observed deployment generation less than desired generation";
        return Ok(Health::new(Progressing, message));
    }
    if condition(&value, "Progressing").is_some_and(|it| text(it, "/reason") == "ProgressDeadlineExceeded") {
        return Ok(Health::new(Degraded, format!("Deployment {:?} exceeded its progress deadline", live.name())));
    }
    let updated = count(&value, "/status/updatedReplicas");
    let replicas = count(&value, "/status/replicas");
    let available = count(&value, "/status/availableReplicas");
    let waiting = match integer(&value, "/spec/replicas") {
        Some(wanted) if updated < wanted => format!("{updated} out of {wanted} new replicas have been updated..."),
        _ if replicas > updated => format!("{} old replicas are pending termination...", replicas - updated),
        _ if available < updated => format!("{available} of {updated} updated replicas are available..."),
        _ => return Ok(Health::new(Healthy, "")),
    };
    Ok(Health::new(Progressing, format!("Waiting for rollout to finish: {waiting}")))
}
