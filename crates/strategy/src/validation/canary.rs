//! The canary strategy.

use super::shown::shown;
use super::{anti_affinity, step};
use api::IntOrString;
use api::rollouts::names::DEFAULT_FENCEPOST;
use api::rollouts::{CanaryStrategy, PingPong, Rollout, TrafficRouting};
use kinds::field::{Errors, Path};

/// Problems of one.
// Compat: the paths are those of fields of the strategy itself, without the step to `canary`.
pub fn validate(path: &Path<'_>, rollout: &Rollout, canary: &CanaryStrategy, errors: &mut Errors) {
    fenceposts(path, canary, errors);
    services(path, canary, errors);
    match &canary.traffic_routing {
        None => without_router(path, canary, errors),
        Some(routing) => with_router(path, canary, routing, errors),
    }
    let steps = path.child("steps");
    for (index, step) in canary.steps.iter().enumerate() {
        step::validate(path, &steps.index(index), rollout, step, errors);
    }
    anti_affinity::validate(&path.child("antiAffinity"), canary.anti_affinity.as_ref(), errors);
}

fn fenceposts(path: &Path<'_>, canary: &CanaryStrategy, errors: &mut Errors) {
    let default = IntOrString::String(DEFAULT_FENCEPOST.to_owned());
    let surge = canary.max_surge.as_ref().unwrap_or(&default);
    let unavailable = canary.max_unavailable.as_ref().unwrap_or(&default);
    if amount(surge) == 0 && amount(unavailable) == 0 {
        let message = "MaxSurge and MaxUnavailable both can not be zero";
        errors.invalid_shown(&path.child("maxSurge"), shown(surge), message);
    }
}

// Compat: text that is neither a number nor a percentage counts as nothing.
fn amount(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => match text.strip_suffix('%') {
            Some(percent) if percent.bytes().all(|byte| byte.is_ascii_digit()) => percent.parse().unwrap_or(0),
            Some(_) => 0,
            None => text.parse().unwrap_or(0),
        },
    }
}

fn services(path: &Path<'_>, canary: &CanaryStrategy, errors: &mut Errors) {
    let (canary_service, stable_service) = (canary.canary_service.as_str(), canary.stable_service.as_str());
    if !canary_service.is_empty() && canary_service == stable_service {
        errors.invalid_text(
            &path.child("stableService"),
            stable_service,
            "This rollout uses the same service for the stable and canary services, but two different services are required.",
        );
    }
    if let Some(pair) = &canary.ping_pong {
        ping_pong(path, pair, canary.traffic_routing.as_ref(), errors);
    }
    if canary.traffic_routing.as_ref().is_some_and(|routing| needs_services(routing, canary.ping_pong.is_some())) {
        for (field, service) in [("stableService", stable_service), ("canaryService", canary_service)] {
            if service.is_empty() {
                let message = "Canary service and Stable service must to be set to use Traffic Routing";
                errors.invalid_text(&path.child(field), service, message);
            }
        }
    }
}

/// Whether a router shares traffic out between two Services that must be named.
fn needs_services(routing: &TrafficRouting, is_ping_pong: bool) -> bool {
    let istio = routing.istio.as_ref().is_some_and(|istio| istio.destination_rule.is_none());
    !is_ping_pong && (routing.alb.is_some() || istio)
        || routing.smi.is_some()
        || routing.apisix.is_some()
        || routing.ambassador.is_some()
        || routing.nginx.is_some()
        || routing.app_mesh.is_some()
        || routing.traefik.is_some()
}

fn ping_pong(path: &Path<'_>, pair: &PingPong, routing: Option<&TrafficRouting>, errors: &mut Errors) {
    let place = path.child("trafficRouting");
    let alb = place.child("alb");
    if routing.is_some_and(|it| it.alb.is_none() && it.istio.is_none() && it.plugins.is_empty()) {
        let message = "Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only";
        errors.invalid_shown(&alb, "null", message);
    }
    let own = path.child("pingPong");
    let missing = "Ping service and Pong service must to be set to use Ping-Pong feature";
    for (field, service) in [("pingService", &pair.ping_service), ("pongService", &pair.pong_service)] {
        if service.is_empty() {
            errors.invalid_text(&own.child(field), service, missing);
        }
    }
    if pair.ping_service == pair.pong_service {
        errors.invalid_text(
            &own.child("pingService"),
            &pair.ping_service,
            "This rollout uses the same service for the ping and pong services, but two different services are required.",
        );
    }
    if routing.and_then(|it| it.alb.as_ref()).is_some_and(|alb| alb.root_service.is_empty()) {
        let message = "Root service field is required for the configuration with ALB and ping-pong feature enabled";
        errors.invalid_text(&alb.child("rootService"), "", message);
    }
}

fn without_router(path: &Path<'_>, canary: &CanaryStrategy, errors: &mut Errors) {
    if let Some(seconds) = canary.scale_down_delay_seconds {
        let message = "Canary scaleDownDelaySeconds can only be used with traffic routing";
        errors.invalid_number(&path.child("scaleDownDelaySeconds"), seconds.into(), message);
    }
    if canary.dynamic_stable_scale {
        let message = "Canary dynamicStableScale can only be used with traffic routing";
        errors.invalid_shown(&path.child("dynamicStableScale"), "true", message);
    }
}

fn with_router(path: &Path<'_>, canary: &CanaryStrategy, routing: &TrafficRouting, errors: &mut Errors) {
    if canary.scale_down_delay_seconds.is_some() && canary.dynamic_stable_scale {
        let message = "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds";
        errors.invalid_shown(&path.child("dynamicStableScale"), "true", message);
    }
    let Some(max) = routing.max_traffic_weight else { return };
    if routing.nginx.is_none() && routing.plugins.is_empty() {
        let place = path.child("trafficRouting");
        let message = "Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins";
        errors.invalid_number(&place.child("maxTrafficWeight"), max.into(), message);
    }
}
