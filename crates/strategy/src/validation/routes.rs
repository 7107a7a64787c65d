//! Steps that make routes: for requests with certain headers, and for copies of requests.

use super::shown::shown;
use api::rollouts::{ManagedRoute, SetHeaderRoute, SetMirrorRoute, StringMatch, TrafficRouting};
use kinds::field::{Errors, Path};

const HEADER_UNSUPPORTED: &str = "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix";
const MIRROR_UNSUPPORTED: &str = "SetMirrorRoute requires TrafficRouting, supports Istio and Plugins";
const SEVERAL: &str = "StringMatch match value must have exactly one of the following: exact, regex, prefix";
const MISSING: &str = "StringMatch value missed, match value must have one of the following: exact, regex, prefix";
const ALB_EXACT_ONLY: &str = "SetHeaderRoute match value invalid. ALB supports 'exact' value only";
const NOT_MANAGED: &str =
    "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes";

/// Problems of a step that makes a route by headers; `path` is its own.
pub fn header(path: &Path<'_>, step: &SetHeaderRoute, routing: Option<&TrafficRouting>, errors: &mut Errors) {
    let supported = routing.filter(|routing| {
        routing.istio.is_some() || routing.alb.is_some() || routing.apisix.is_some() || !routing.plugins.is_empty()
    });
    let Some(routing) = supported else { return errors.invalid_shown(path, shown(step), HEADER_UNSUPPORTED) };
    let place = path.child("match");
    for (index, rule) in step.matches.iter().enumerate() {
        let place = place.index(index);
        match (&rule.header_value, routing.alb.is_some()) {
            (None, _) => errors.invalid_shown(&place, "null", MISSING),
            (Some(value), true) if value.exact.is_empty() || !value.regex.is_empty() || !value.prefix.is_empty() => {
                errors.invalid_shown(&place, shown(value), ALB_EXACT_ONLY);
            }
            (Some(_), true) => {}
            (Some(value), false) => one_of(&place, value, errors),
        }
    }
}

/// Problems of a step that makes a route for copies; `path` is its own.
pub fn mirror(path: &Path<'_>, step: &SetMirrorRoute, routing: Option<&TrafficRouting>, errors: &mut Errors) {
    if !routing.is_some_and(|routing| routing.istio.is_some() || !routing.plugins.is_empty()) {
        errors.invalid_shown(path, shown(step), MIRROR_UNSUPPORTED);
    }
    let place = path.child("match");
    for (index, rule) in step.matches.iter().enumerate() {
        let place = place.index(index);
        // Compat: methods are looked at twice and headers never.
        for value in [&rule.method, &rule.path, &rule.method].into_iter().flatten() {
            one_of(&place, value, errors);
        }
    }
}

fn one_of(path: &Path<'_>, value: &StringMatch, errors: &mut Errors) {
    let given = [&value.exact, &value.regex, &value.prefix].into_iter().filter(|text| !text.is_empty()).count();
    match given {
        0 => errors.invalid_shown(path, shown(value), MISSING),
        1 => {}
        _ => errors.invalid_shown(path, shown(value), SEVERAL),
    }
}

/// The route that a step makes is one of those that the Rollout manages.
pub fn managed(path: &Path<'_>, name: &str, routes: &[ManagedRoute], errors: &mut Errors) {
    if !routes.iter().any(|route| route.name == name) {
        errors.invalid_text(path, name, NOT_MANAGED);
    }
}
