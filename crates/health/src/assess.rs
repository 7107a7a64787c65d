//! The order in which a health is looked for: deletion, overrides, built-in rules.

use crate::conditions;
use crate::kinds;
use crate::outcome::{Health, HealthError};
use crate::overrides::{Override, Overrides};
use api::HealthStatusCode;
use api::names::FINALIZER_HOOK;
use object::Object;

/// How well a live object is; `None` when nothing says what being well would mean for it, which is not the same as
/// being well.
///
/// # Errors
/// When a rule exists but cannot be applied.
pub fn assess(live: &Object, overrides: &dyn Overrides) -> Result<Option<Health>, HealthError> {
    let meta = live.meta();
    let is_held_hook = meta.finalizers.iter().any(|finalizer| **finalizer == *FINALIZER_HOOK);
    if meta.is_terminating() && !is_held_hook {
        return Ok(Some(Health::new(HealthStatusCode::Progressing, "Pending deletion")));
    }
    match overrides.health(live).map_err(HealthError::Override)? {
        Override::Says(health) => return Ok(Some(health)),
        Override::SaysNothing => return Ok(None),
        Override::None => {}
    }
    match kinds::rule(live.gvk()) {
        Some(rule) => rule(live).map(Some),
        None => Ok(conditions::health(live)),
    }
}
