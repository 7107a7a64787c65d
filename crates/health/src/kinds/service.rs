//! Service: a load balancer needs an address, every other kind is well by being there.

use crate::fields::{list, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Healthy, Progressing};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let waits = text(&value, "/spec/type") == "LoadBalancer" && list(&value, "/status/loadBalancer/ingress").is_empty();
    Ok(Health::new(if waits { Progressing } else { Healthy }, ""))
}
