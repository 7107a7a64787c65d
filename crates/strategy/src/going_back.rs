//! Whether traffic is on its way back to a stable version that is too small for it yet.

use crate::pass::Pass;

/// The version that traffic comes back from, where an update was ended by going back to the stable version and that has
/// shrunk meanwhile.
pub fn going_back_from(pass: &Pass<'_>) -> Option<String> {
    let canary = pass.rollout().spec.strategy.canary.as_ref()?;
    if !pass.before().is_fully_promoted() || canary.traffic_routing.is_none() || !canary.dynamic_stable_scale {
        return None;
    }
    let from = &pass.before().canary.weights.as_ref()?.canary.pod_template_hash;
    let is_back = *from == pass.new_hash() || pass.new?.size.available >= pass.replicas();
    (!is_back).then(|| from.clone())
}
