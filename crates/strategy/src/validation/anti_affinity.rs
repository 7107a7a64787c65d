//! The anti-affinity of a strategy.

use api::rollouts::AntiAffinity;
use kinds::field::{Errors, Path};

/// Problems of one.
pub fn validate(path: &Path<'_>, given: Option<&AntiAffinity>, errors: &mut Errors) {
    let Some(given) = given else { return };
    let (preferred, required) = (given.preferred.is_some(), given.required.is_some());
    if preferred == required {
        let shown = format!(
            "antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: {preferred} \
             antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: {required}"
        );
        errors.invalid_text(path, &shown, "AntiAffinity must have exactly one strategy listed");
    }
    if let Some(weight) = given.preferred.as_ref().map(|preferred| preferred.weight)
        && !(1..=100).contains(&weight)
    {
        errors.invalid_number(&path.child("weight"), weight.into(), "AntiAffinity weight must be between 1-100");
    }
}
