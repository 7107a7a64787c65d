//! Job: whether it ended and how.

use crate::fields::{list, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing, Suspended};
use object::Object;

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    let mut health = Health::new(Progressing, "");
    let mut is_suspended = false;
    // Compat: a Failed or Complete condition counts whatever its status. Unlike upstream, one that says the job is no
    // longer suspended leaves it Progressing: upstream calls such a job Healthy while it still runs.
    for condition in list(&value, "/status/conditions") {
        let message = text(condition, "/message");
        match text(condition, "/type") {
            "Failed" => return Ok(Health::new(Degraded, last_failure(&value))),
            "Complete" => health = Health::new(Healthy, message),
            "Suspended" if text(condition, "/status") == "True" => {
                is_suspended = true;
                message.clone_into(&mut health.message);
            }
            _ => {}
        }
    }
    if is_suspended {
        health.status = Suspended;
    }
    Ok(health)
}

fn last_failure(value: &serde_json::Value) -> String {
    let last = list(value, "/status/conditions").iter().rfind(|it| text(it, "/type") == "Failed");
    last.map(|it| text(it, "/message").to_owned()).unwrap_or_default()
}
