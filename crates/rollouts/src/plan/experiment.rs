//! The Experiment of a canary's step. Pure.

use super::claims::owner_reference;
use crate::observed::Seen;
use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{EXPERIMENT, ExperimentStep, ExperimentStepTemplate};
use object::Object;
use serde_json::{Map, Value, json};
use strategy::identity::recognise;
use strategy::resolve_arguments;

/// The Experiment as an object.
///
/// # Errors
/// What is wrong with the step.
pub fn build(seen: &Seen, name: &str, step: usize) -> Result<Value, String> {
    let rollout = &seen.rollout;
    let canary = rollout.spec.strategy.canary.as_ref();
    let experiment = canary.and_then(|canary| canary.steps.get(step)?.experiment.as_ref());
    let experiment = experiment.ok_or_else(|| format!("step {step} has no experiment"))?;
    let revision = rollout.annotation(ANNOTATION_REVISION).unwrap_or_default();
    let mut labels = rollout.metadata.labels.clone();
    labels.insert(LABEL_POD_TEMPLATE_HASH.to_owned(), seen.spec.identity.template.clone());
    Ok(json!({
        "apiVersion": api::names::API_VERSION,
        "kind": EXPERIMENT,
        "metadata": {
            "name": name,
            "namespace": seen.object.namespace(),
            "labels": labels,
            "annotations": { ANNOTATION_REVISION: revision },
            "ownerReferences": [owner_reference(seen)],
        },
        "spec": spec(seen, experiment)?,
    }))
}

fn spec(seen: &Seen, step: &ExperimentStep) -> Result<Value, String> {
    let templates = step.templates.iter().map(|template| version(seen, template)).collect::<Result<Vec<_>, _>>()?;
    let mut spec = Map::from_iter([("templates".to_owned(), Value::Array(templates))]);
    let mut set = |field: &str, value: Value| {
        let is_nothing = value.is_null() || value == json!("") || value == json!([]) || value == json!({});
        if !is_nothing {
            spec.insert(field.to_owned(), value);
        }
    };
    set("duration", json!(step.duration));
    set("progressDeadlineSeconds", json!(seen.rollout.spec.progress_deadline_seconds));
    set("dryRun", json!(step.dry_run));
    set("analysisRunMetadata", json!(step.analysis_run_metadata));
    set("scaleDownDelaySeconds", json!(step.scale_down_delay_seconds));
    set("analyses", Value::Array(analyses(seen, step)?));
    Ok(Value::Object(spec))
}

fn analyses(seen: &Seen, step: &ExperimentStep) -> Result<Vec<Value>, String> {
    let stable = seen.rollout.status.stable_rs.as_str();
    let latest = recognise(&seen.rollout, &seen.spec.identity, &seen.sets).map(|found| found.set().hash.clone());
    let one = |analysis: &api::rollouts::ExperimentStepAnalysis| {
        let args = resolve_arguments(&seen.rollout, &analysis.args, stable, latest.as_deref().unwrap_or_default())?;
        let mut value = json!({"name": analysis.name, "templateName": analysis.template_name});
        if let Some(scope) = analysis.cluster_scope {
            value["clusterScope"] = json!(scope);
        }
        if !args.is_empty() {
            value["args"] = json!(args);
        }
        if analysis.required_for_completion {
            value["requiredForCompletion"] = json!(true);
        }
        Ok(value)
    };
    step.analyses.iter().map(one).collect()
}

fn version(seen: &Seen, wanted: &ExperimentStepTemplate) -> Result<Value, String> {
    let value = set_of(seen, &wanted.spec_ref)?.value();
    let mut template = value.pointer("/spec/template").cloned().unwrap_or_default();
    let mut selector = match &wanted.selector {
        Some(selector) => json!(selector),
        None => value.pointer("/spec/selector").cloned().unwrap_or_else(|| json!({})),
    };
    for (key, label) in &wanted.metadata.labels {
        template["metadata"]["labels"][key] = json!(label);
        selector["matchLabels"][key] = json!(label);
    }
    for (key, annotation) in &wanted.metadata.annotations {
        template["metadata"]["annotations"][key] = json!(annotation);
    }
    let mut version = json!({"name": wanted.name, "selector": selector, "template": template});
    if let Some(replicas) = wanted.replicas {
        version["replicas"] = json!(replicas);
    }
    if let Some(seconds) = value.pointer("/spec/minReadySeconds").filter(|seconds| **seconds != json!(0)) {
        version["minReadySeconds"] = seconds.clone();
    }
    if wanted.weight.is_some() || wanted.service.is_some() {
        version["service"] = json!({});
        if let Some(service) = wanted.service.as_ref().filter(|service| !service.name.is_empty()) {
            version["service"]["name"] = json!(service.name);
        }
    }
    Ok(version)
}

fn set_of<'s>(seen: &'s Seen, which: &str) -> Result<&'s Object, String> {
    let name = match which {
        "canary" => recognise(&seen.rollout, &seen.spec.identity, &seen.sets).map(|found| found.set().name.as_str()),
        "stable" => {
            let stable = seen.rollout.status.stable_rs.as_str();
            seen.sets.iter().find(|set| set.hash == stable).map(|set| set.name.as_str())
        }
        _ => return Err("Invalid template step SpecRef: must be canary or stable".to_owned()),
    };
    let object = name.and_then(|name| seen.set_objects.get(name));
    object.ok_or_else(|| format!("the {which} ReplicaSet is not there"))
}
