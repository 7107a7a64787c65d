//! DaemonSet: how many nodes run the new pod.

use crate::fields::{count, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Healthy, Progressing};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    if live.meta().generation > count(&value, "/status/observedGeneration") {
        let message = "Waiting for rollout to finish: observed daemon set generation less than desired generation";
        return Ok(Health::new(Progressing, message));
    }
    let updated = count(&value, "/status/updatedNumberScheduled");
    let wanted = count(&value, "/status/desiredNumberScheduled");
    let available = count(&value, "/status/numberAvailable");
    if text(&value, "/spec/updateStrategy/type") == "OnDelete" {
        return Ok(Health::new(Healthy, format!("daemon set {updated} out of {wanted} new pods have been updated")));
    }
    let waiting = if updated < wanted {
        format!("{updated} out of {wanted} new pods have been updated...")
    } else if available < wanted {
        format!("{available} of {wanted} updated pods are available...")
    } else {
        return Ok(Health::new(Healthy, ""));
    };
    Ok(Health::new(Progressing, format!("Waiting for daemon set {:?} rollout to finish: {waiting}", live.name())))
}
