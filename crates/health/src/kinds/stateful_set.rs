//! StatefulSet: replicas first, then its rolling update.

use crate::fields::{count, integer, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Healthy, Progressing};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let observed = count(&value, "/status/observedGeneration");
    if observed == 0 || live.meta().generation > observed {
        return Ok(Health::new(Progressing, "Waiting for statefulset spec update to be observed..."));
    }
    let wanted = integer(&value, "/spec/replicas");
    let ready = count(&value, "/status/readyReplicas");
    if let Some(wanted) = wanted.filter(|wanted| ready < *wanted) {
        return Ok(Health::new(Progressing, format!("Waiting for {} pods to be ready...", wanted - ready)));
    }
    let updated = count(&value, "/status/updatedReplicas");
    let strategy = text(&value, "/spec/updateStrategy/type");
    let rolling = value.pointer("/spec/updateStrategy/rollingUpdate").filter(|block| !block.is_null());
    if let (true, Some(rolling)) = (strategy == "RollingUpdate", rolling) {
        return Ok(partitioned(updated, wanted, integer(rolling, "/partition")));
    }
    if strategy == "OnDelete" {
        return Ok(Health::new(Healthy, format!("statefulset has {ready} ready pods")));
    }
    let (update, current) = (text(&value, "/status/updateRevision"), text(&value, "/status/currentRevision"));
    if update != current {
        let message =
            format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}...");
        return Ok(Health::new(Progressing, message));
    }
    let at_current = count(&value, "/status/currentReplicas");
    let message = format!("statefulset rolling update complete {at_current} pods at revision {current}...");
    Ok(Health::new(Healthy, message))
}

// Compat: with a rollingUpdate block, which defaulting always adds, revisions are never compared.
fn partitioned(updated: i64, wanted: Option<i64>, partition: Option<i64>) -> Health {
    if let (Some(wanted), Some(partition)) = (wanted, partition)
        && updated < wanted - partition
    {
        let message = format!(
            "Waiting for partitioned roll out to finish: {updated} out of {} new pods have been updated...",
            wanted - partition
        );
        return Health::new(Progressing, message);
    }
    Health::new(Healthy, format!("partitioned roll out complete: {updated} new pods have been updated..."))
}
