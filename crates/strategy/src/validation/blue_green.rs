//! The blue-green strategy.

use super::anti_affinity;
use api::rollouts::{BlueGreenStrategy, Rollout};
use kinds::field::{Errors, Path};

/// Problems of one.
// Compat: the paths are those of fields of the strategy itself, without the step to `blueGreen`.
pub fn validate(path: &Path<'_>, rollout: &Rollout, blue_green: &BlueGreenStrategy, errors: &mut Errors) {
    // Compat: none at all counts as the same twice.
    if blue_green.active_service == blue_green.preview_service {
        errors.invalid_text(
            &path.child("activeService"),
            &blue_green.active_service,
            "This rollout uses the same service for the active and preview services, but two different services are required.",
        );
    }
    let kept = rollout.spec.revision_history_limit();
    if let Some(limit) = blue_green.scale_down_delay_revision_limit.filter(|limit| kept < *limit) {
        errors.invalid_number(
            &path.child("scaleDownDelayRevisionLimit"),
            limit.into(),
            "This rollout's revision history limit can not be smaller than the rollout's scale down limit",
        );
    }
    anti_affinity::validate(&path.child("antiAffinity"), blue_green.anti_affinity.as_ref(), errors);
}
