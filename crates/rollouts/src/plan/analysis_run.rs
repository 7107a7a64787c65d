//! The AnalysisRun of an analysis: metrics and arguments of its templates put together. Pure.

use api::rollouts::{
    ANALYSIS_RUN, AnalysisTemplateReference, AnalysisTemplateSpec, Argument, DryRun, MeasurementRetention, Metric,
};
use object::{Fetched, Object};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use strategy::NewRun;
use strategy::validation::TemplateKey;

type Templates = BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>;

/// The AnalysisRun as an object.
///
/// # Errors
/// What is wrong with the templates, as upstream words it.
pub fn build(rollout: &Object, run: &NewRun, templates: &Templates) -> Result<Value, String> {
    let used = used(&run.analysis.templates, templates)?;
    let metrics = metrics(&used)?;
    let args = merged(&run.args, flattened(&used)?)?;
    let dry_run = dry_run(&run.analysis.dry_run, &used)?;
    let retention = retention(&run.analysis.measurement_retention, &used)?;
    let mut spec = json!({ "metrics": metrics });
    for (field, is_empty, value) in [
        ("args", args.is_empty(), json!(args)),
        ("dryRun", dry_run.is_empty(), json!(dry_run)),
        ("measurementRetention", retention.is_empty(), json!(retention)),
    ] {
        if !is_empty {
            spec[field] = value;
        }
    }
    Ok(json!({
        "apiVersion": api::names::API_VERSION,
        "kind": ANALYSIS_RUN,
        "metadata": {
            "name": run.name,
            "namespace": rollout.namespace(),
            "labels": run.labels,
            "annotations": run.annotations,
            "ownerReferences": [owner(rollout)],
        },
        "spec": spec,
    }))
}

fn owner(rollout: &Object) -> Value {
    json!({
        "apiVersion": api::names::API_VERSION,
        "kind": api::rollouts::ROLLOUT,
        "name": rollout.name(),
        "uid": rollout.meta().uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// The templates that are named and those that they include, each once: those of the namespace first.
fn used<'t>(
    named: &[AnalysisTemplateReference],
    templates: &'t Templates,
) -> Result<Vec<&'t AnalysisTemplateSpec>, String> {
    let (mut of_namespace, mut of_cluster, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    // Templates that include one another come once each: the walk ends.
    let mut wanted: Vec<TemplateKey> = named.iter().rev().map(TemplateKey::of).collect();
    while let Some(key) = wanted.pop() {
        if !seen.insert(key.clone()) {
            continue;
        }
        let spec = find(&key, templates)?;
        wanted.extend(spec.templates.iter().rev().map(TemplateKey::of));
        match key {
            TemplateKey::Namespaced(_) => of_namespace.push(spec),
            TemplateKey::Cluster(_) => of_cluster.push(spec),
        }
    }
    of_namespace.extend(of_cluster);
    Ok(of_namespace)
}

fn find<'t>(key: &TemplateKey, templates: &'t Templates) -> Result<&'t AnalysisTemplateSpec, String> {
    let plural = match key {
        TemplateKey::Namespaced(_) => "analysistemplate",
        TemplateKey::Cluster(_) => "clusteranalysistemplate",
    };
    match templates.get(key) {
        Some(Fetched::Known(spec)) => Ok(spec),
        Some(Fetched::Unknown(cause)) => Err(format!("{plural} {:?} could not be read: {cause}", key.name())),
        Some(Fetched::Absent) | None => Err(format!("{plural}.argoproj.io {:?} not found", key.name())),
    }
}

fn metrics(used: &[&AnalysisTemplateSpec]) -> Result<Vec<Metric>, String> {
    let metrics: Vec<Metric> = used.iter().flat_map(|spec| spec.metrics.iter().cloned()).collect();
    let mut names = BTreeSet::new();
    match metrics.iter().find(|metric| !names.insert(metric.name.as_str())) {
        Some(twice) => Err(format!("two metrics have the same name '{}'", twice.name)),
        None => Ok(metrics),
    }
}

/// The arguments of all templates, each once.
fn flattened(used: &[&AnalysisTemplateSpec]) -> Result<Vec<Argument>, String> {
    let mut all: Vec<Argument> = Vec::new();
    for arg in used.iter().flat_map(|spec| &spec.args) {
        let Some(known) = all.iter_mut().find(|known| known.name == arg.name) else {
            all.push(arg.clone());
            continue;
        };
        match (&known.value, &arg.value) {
            (Some(left), Some(right)) if left != right => {
                let name = &arg.name;
                return Err(format!(
                    "Argument `{name}` specified multiple times with different values: '{left}', '{right}'"
                ));
            }
            (None, _) => *known = arg.clone(),
            _ => {}
        }
    }
    Ok(all)
}

/// What the templates need, with what is given; what is given and not needed is left out.
fn merged(given: &[Argument], needed: Vec<Argument>) -> Result<Vec<Argument>, String> {
    let one = |mut arg: Argument| {
        if let Some(given) = given.iter().find(|given| given.name == arg.name) {
            if given.value.is_some() {
                arg.value.clone_from(&given.value);
            } else if given.value_from.is_some() {
                arg.value_from.clone_from(&given.value_from);
            }
        }
        match (&arg.value, &arg.value_from) {
            (None, None) => Err(format!("args.{} was not resolved", arg.name)),
            _ => Ok(arg),
        }
    };
    needed.into_iter().map(one).collect()
}

fn dry_run(given: &[DryRun], used: &[&AnalysisTemplateSpec]) -> Result<Vec<DryRun>, String> {
    let all: Vec<DryRun> = given.iter().chain(used.iter().flat_map(|spec| &spec.dry_run)).cloned().collect();
    match twice(all.iter().map(|rule| rule.metric_name.as_str())) {
        Some(name) => Err(format!("two Dry-Run metric rules have the same name '{name}'")),
        None => Ok(all),
    }
}

fn retention(
    given: &[MeasurementRetention],
    used: &[&AnalysisTemplateSpec],
) -> Result<Vec<MeasurementRetention>, String> {
    let of_templates = used.iter().flat_map(|spec| &spec.measurement_retention);
    let all: Vec<MeasurementRetention> = given.iter().chain(of_templates).cloned().collect();
    match twice(all.iter().map(|rule| rule.metric_name.as_str())) {
        Some(name) => Err(format!("two Measurement Retention metric rules have the same name '{name}'")),
        None => Ok(all),
    }
}

fn twice<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut seen = BTreeSet::new();
    let mut names = names;
    names.find(|name| !seen.insert(*name))
}
