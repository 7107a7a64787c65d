//! APIService: whether it is available.

use crate::fields::{condition, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Healthy, Progressing};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let Some(available) = condition(&value, "Available") else {
        return Ok(Health::new(Progressing, "Waiting to be processed"));
    };
    let status = if text(available, "/status") == "True" { Healthy } else { Progressing };
    Ok(Health::new(status, format!("{}: {}", text(available, "/reason"), text(available, "/message"))))
}
