//! A step in one line, as events and commands show it.

use api::IntOrString;
use api::rollouts::CanaryStep;

/// The step in one line.
#[must_use]
pub fn step_text(step: &CanaryStep) -> String {
    if let Some(weight) = step.set_weight {
        return format!("setWeight: {weight}");
    }
    if let Some(pause) = &step.pause {
        return match &pause.duration {
            None => "pause".to_owned(),
            Some(IntOrString::Int(seconds)) => format!("pause: {seconds}"),
            Some(IntOrString::String(text)) => format!("pause: {text}"),
        };
    }
    if step.experiment.is_some() {
        return "experiment".to_owned();
    }
    if step.analysis.is_some() {
        return "analysis".to_owned();
    }
    if let Some(scale) = &step.set_canary_scale {
        if let Some(weight) = scale.weight {
            return format!("setCanaryScale{{weight: {weight}}}");
        }
        if scale.match_traffic_weight {
            return "setCanaryScale{matchTrafficWeight: true}".to_owned();
        }
        if let Some(replicas) = scale.replicas {
            return format!("setCanaryScale{{replicas: {replicas}}}");
        }
    }
    let named = step.plugin.as_ref().map(|it| ("plugin", &it.name));
    let named = named.or_else(|| step.set_header_route.as_ref().map(|it| ("setHeaderRoute", &it.name)));
    let named = named.or_else(|| step.set_mirror_route.as_ref().map(|it| ("setMirrorRoute", &it.name)));
    named.map_or_else(|| "invalid".to_owned(), |(what, name)| format!("{what}: {name}"))
}
