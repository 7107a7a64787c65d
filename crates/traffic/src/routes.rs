//! The routes that steps make. A leaf module.

use api::rollouts::Rollout;

/// The names of routes that steps make, in order of precedence.
pub fn managed(rollout: &Rollout) -> Vec<&str> {
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    let routes = routing.and_then(|routing| routing.managed_routes.as_ref());
    routes.into_iter().flatten().map(|route| route.name.as_str()).collect()
}

/// The Services of experiments that were given a share before.
pub fn recorded(rollout: &Rollout) -> Vec<&str> {
    let shares = rollout.status.canary.weights.iter().flat_map(|weights| &weights.additional);
    shares.map(|share| share.service_name.as_str()).collect()
}
