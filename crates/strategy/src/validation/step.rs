//! One step of a canary.

use super::shown::shown;
use super::{downward, routes};
use crate::counts::weight_max;
use crate::pause_step;
use api::rollouts::{AnalysisArgument, CanaryStep, CanaryStrategy, ExperimentStep, Rollout, TrafficRouting};
use kinds::field::{Errors, Path};

const ONE_OF: &str = "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";

/// Problems of one; `strategy` is the path of the strategy, `path` that of the step.
pub fn validate(strategy: &Path<'_>, path: &Path<'_>, rollout: &Rollout, step: &CanaryStep, errors: &mut Errors) {
    let canary = rollout.spec.strategy.canary.as_ref();
    let routing = canary.and_then(|canary: &CanaryStrategy| canary.traffic_routing.as_ref());
    kinds_of(path, step, errors);
    numbers(path, rollout, step, errors);
    if step.set_canary_scale.is_some() && routing.is_none() {
        errors.required(&strategy.child("trafficRouting"), "SetCanaryScale requires TrafficRouting to be set");
    }
    makes_routes(strategy, path, step, routing, errors);
    if let Some(experiment) = &step.experiment {
        experiment_weights(path, experiment, routing, errors);
    }
    arguments(path, step, errors);
}

/// It is something, and only one of the four that exclude each other.
fn kinds_of(path: &Path<'_>, step: &CanaryStep, errors: &mut Errors) {
    let (experiment, pause) = (step.experiment.is_some(), step.pause.is_some());
    let (weight, analysis) = (step.set_weight.is_some(), step.analysis.is_some());
    if [experiment, pause, weight, analysis].into_iter().filter(|is_given| *is_given).count() > 1 {
        let shown = format!(
            "step.Experiment: {experiment} step.Pause: {pause} step.SetWeight: {weight} step.Analysis: {analysis}"
        );
        errors.invalid_text(path, &shown, ONE_OF);
    }
    let others = [
        step.set_canary_scale.is_some(),
        step.set_header_route.is_some(),
        step.set_mirror_route.is_some(),
        step.plugin.is_some(),
    ];
    if !(experiment || pause || weight || analysis || others.contains(&true)) {
        // Compat: the text says `true` of what is missing.
        let shown = "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true \
                     step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true";
        errors.invalid_text(path, shown, ONE_OF);
    }
}

fn numbers(path: &Path<'_>, rollout: &Rollout, step: &CanaryStep, errors: &mut Errors) {
    let max = weight_max(rollout);
    if let Some(weight) = step.set_weight.filter(|weight| !(0..=max).contains(&i64::from(*weight))) {
        let message = format!("SetWeight needs to be between 0 and {max}");
        errors.invalid_number(&path.child("setWeight"), weight.into(), message);
    }
    // Compat: no pause at all is accepted, whatever the message says.
    if let Some(seconds) = step.pause.as_ref().and_then(pause_step::seconds).filter(|seconds| *seconds < 0) {
        let pause = path.child("pause");
        errors.invalid_number(&pause.child("duration"), seconds, "Duration needs to be greater than 0");
    }
}

fn makes_routes(
    strategy: &Path<'_>,
    path: &Path<'_>,
    step: &CanaryStep,
    routing: Option<&TrafficRouting>,
    errors: &mut Errors,
) {
    let (header_path, mirror_path) = (path.child("setHeaderRoute"), path.child("setMirrorRoute"));
    if let Some(header) = &step.set_header_route {
        routes::header(&header_path, header, routing, errors);
    }
    if let Some(mirror) = &step.set_mirror_route {
        routes::mirror(&mirror_path, mirror, routing, errors);
    }
    let is_route = step.set_header_route.is_some() || step.set_mirror_route.is_some();
    let Some(routing) = routing.filter(|_| is_route) else { return };
    let Some(managed) = &routing.managed_routes else {
        let place = strategy.child("trafficRouting");
        let message = "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'";
        return errors.required(&place.child("managedRoutes"), message);
    };
    if let Some(header) = &step.set_header_route {
        routes::managed(&header_path, &header.name, managed, errors);
    }
    if let Some(mirror) = &step.set_mirror_route {
        routes::managed(&mirror_path, &mirror.name, managed, errors);
    }
}

fn experiment_weights(
    path: &Path<'_>,
    experiment: &ExperimentStep,
    routing: Option<&TrafficRouting>,
    errors: &mut Errors,
) {
    let can = |routing: &TrafficRouting| {
        routing.alb.is_some() || routing.smi.is_some() || routing.istio.is_some() || !routing.plugins.is_empty()
    };
    let message = match routing {
        None => "Experiment template weight cannot be set unless TrafficRouting is enabled",
        Some(routing) if !can(routing) => {
            "Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time"
        }
        Some(_) => return,
    };
    let place = path.child("experiment");
    let place = place.child("templates");
    for (index, template) in experiment.templates.iter().enumerate() {
        if let Some(weight) = template.weight {
            errors.invalid_number(&place.index(index).child("weight"), weight.into(), message);
        }
    }
}

/// Arguments that are fields of the metadata are fields that are given out.
fn arguments(path: &Path<'_>, step: &CanaryStep, errors: &mut Errors) {
    let of_experiment = step.experiment.iter().flat_map(|experiment| &experiment.analyses).flat_map(|it| &it.args);
    let of_analysis = step.analysis.iter().flat_map(|analysis| &analysis.args);
    let args: Vec<&AnalysisArgument> = of_experiment.chain(of_analysis).collect();
    for arg in &args {
        let field = arg.value_from.as_ref().and_then(|from| from.field_ref.as_ref()).map(|field| &field.field_path);
        if field.is_some_and(|field| field.starts_with("metadata") && !downward::is_supported(field)) {
            let message = "Analyses arguments must refer to valid object metadata supported by downwardAPI";
            errors.invalid_shown(&path.child("analyses"), shown(&args), message);
        }
    }
}
