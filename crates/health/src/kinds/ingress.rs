//! Ingress: whether it has an address.

use crate::fields::list;
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Healthy, Progressing};
use object::Object;

// Compat: stays Progressing for good where the ingress controller never writes an address.
pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let waits = list(&live.value(), "/status/loadBalancer/ingress").is_empty();
    Ok(Health::new(if waits { Progressing } else { Healthy }, ""))
}
