//! A step of a canary in a few words. A leaf module.

use api::rollouts::{CanaryStep, Pause};
use api::{GoDuration, IntOrString};
use jiff::SignedDuration;

/// A step in a few words.
pub fn step_words(step: &CanaryStep) -> String {
    if let Some(weight) = step.set_weight {
        return format!("{weight} %");
    }
    if let Some(pause) = &step.pause {
        return match pause_length(pause) {
            Some(length) => format!("pause {}", look::times::words(length)),
            None => "pause".to_owned(),
        };
    }
    if let Some(scale) = &step.set_canary_scale {
        return match (scale.weight, scale.replicas) {
            (Some(weight), _) => format!("scale to {weight} %"),
            (None, Some(replicas)) => format!("scale to {replicas} pods"),
            (None, None) => "scale by traffic".to_owned(),
        };
    }
    look::inert(&match () {
        () if step.analysis.is_some() => "analysis".to_owned(),
        () if step.experiment.is_some() => "experiment".to_owned(),
        () if step.set_header_route.is_some() => "header route".to_owned(),
        () if step.set_mirror_route.is_some() => "mirror route".to_owned(),
        () => strategy::step_text(step),
    })
}

/// How long a pause is; `None` when somebody has to end it.
pub fn pause_length(pause: &Pause) -> Option<SignedDuration> {
    match pause.duration.as_ref()? {
        IntOrString::Int(seconds) => Some(SignedDuration::from_secs(*seconds)),
        IntOrString::String(text) => match text.parse::<i64>() {
            Ok(seconds) => Some(SignedDuration::from_secs(seconds)),
            Err(_) => SignedDuration::try_from(GoDuration::parse_go(text).ok()?.to_std()).ok(),
        },
    }
}
