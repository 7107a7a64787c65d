//! PersistentVolumeClaim: its phase.

use crate::fields::text;
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing, Unknown};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let status = match text(&live.value(), "/status/phase") {
        "Lost" => Degraded,
        "Pending" => Progressing,
        "Bound" => Healthy,
        _ => Unknown,
    };
    Ok(Health::new(status, ""))
}
