//! The spec and what it refers to, together.

use super::reference::References;
use super::spec::{Origin, validate_spec};
use super::{routers, services, templates};
use api::rollouts::Rollout;
use kinds::FieldError;

/// Everything that is wrong with what a Rollout refers to, in the order in which upstream finds it: first what is not
/// there, then what does not fit.
#[must_use]
pub fn validate_references(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let mut errors = services::missing(rollout, found);
    errors.extend(templates::missing(rollout, found));
    errors.extend(routers::unusable(rollout, found));
    errors.extend(services::unfit(rollout, found));
    errors.extend(templates::unfit(rollout, found));
    errors.extend(routers::unfit_ingresses(rollout, found));
    errors
}

/// The one problem that the condition `InvalidSpec` shows: `World::invalid` is its text.
#[must_use]
pub fn first_problem(rollout: &Rollout, origin: Origin, found: &References<'_>) -> Option<FieldError> {
    let of_spec = validate_spec(rollout, origin).into_iter().next();
    of_spec.or_else(|| validate_references(rollout, found).into_iter().next())
}
