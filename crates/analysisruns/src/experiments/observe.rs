//! Reads what planning needs: from the cache, and, where that has too little, from the API server.

use super::key::ExperimentKey;
use super::manifests::set_name;
use super::seen::{Seen, Templates, Version, What};
use api::names::GROUP;
use api::rollouts::names::ANNOTATION_EXPERIMENT_TEMPLATE;
use api::rollouts::{
    ANALYSIS_RUN, ANALYSIS_TEMPLATE, AnalysisRun, AnalysisTemplate, AnalysisTemplateReference, AnalysisTemplateSpec,
    CLUSTER_ANALYSIS_TEMPLATE, ClusterAnalysisTemplate, Experiment, ExperimentAnalysis,
};
use cluster::{Cache, GroupKind};
use controller::Failure;
use object::{Fetched, Gvk, Key, Object};
use rollouts::Settings;
use std::collections::BTreeMap;
use strategy::ReplicaSet;

/// How many templates one analysis may come to use: far more than anybody writes.
const TEMPLATES_MAX: usize = 256;

/// All that planning `key` needs.
///
/// # Errors
/// What cannot be read decides what is done.
pub async fn observe(cache: &Cache, settings: &Settings, key: &ExperimentKey) -> Result<What, Failure> {
    let object = match cache.get(&key.object_key()) {
        Fetched::Known(cached) => cached.object,
        Fetched::Absent => return Ok(What::Nothing),
        Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
    };
    if object.meta().is_terminating() || !settings.is_own(object.meta()) {
        return Ok(What::Nothing);
    }
    let experiment = match Experiment::read(&object) {
        Ok(experiment) => experiment,
        Err(error) => return Ok(What::Unreadable(object, error.problem)),
    };
    for (group, kind) in [("apps", "ReplicaSet"), ("", "Service"), (GROUP, ANALYSIS_RUN)] {
        if let Fetched::Unknown(cause) = cache.kind(&GroupKind::new(group, kind)) {
            return Err(Failure::Retry(cause));
        }
    }
    let mut seen = Seen {
        versions: BTreeMap::new(),
        services: BTreeMap::new(),
        runs: BTreeMap::new(),
        specs: BTreeMap::new(),
        taken: Vec::new(),
        object,
        experiment,
    };
    own(cache, &mut seen)?;
    for analysis in &seen.experiment.spec.analyses {
        seen.specs.insert(analysis.name.clone(), templates(cache, key, analysis).await);
    }
    taken(cache, &mut seen).await?;
    Ok(What::Experiment(Box::new(seen)))
}

/// What it has made.
fn own(cache: &Cache, seen: &mut Seen) -> Result<(), Failure> {
    let uid = seen.object.meta().uid.clone();
    for child in cache.children(&uid).into_iter().map(|cached| cached.object) {
        if child.meta().controller().is_none_or(|owner| owner.uid != uid) || child.meta().is_terminating() {
            continue;
        }
        let template = child.meta().annotations.get(ANNOTATION_EXPERIMENT_TEMPLATE).map(ToString::to_string);
        match (&*child.gvk().kind, template) {
            ("ReplicaSet", Some(template)) => {
                let set = ReplicaSet::read(&child).map_err(|error| Failure::Retry(error.0))?;
                seen.versions.insert(template, Version { set, object: child });
            }
            ("Service", Some(template)) => drop(seen.services.insert(template, child)),
            (ANALYSIS_RUN, _) => {
                if let Ok(run) = AnalysisRun::read(&child) {
                    seen.runs.insert(child.name().to_owned(), (child, run));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Which templates cannot have their ReplicaSet. Asked of the API server: what is in the way may have none of the labels
/// by which ReplicaSets are followed.
async fn taken(cache: &Cache, seen: &mut Seen) -> Result<(), Failure> {
    let mut taken = Vec::new();
    for template in &seen.experiment.spec.templates {
        if seen.versions.contains_key(&template.name) || seen.experiment.status.phase_word.is_empty() {
            continue;
        }
        let name = set_name(seen, template);
        let found = cache.client().get(&Gvk::new("apps", "v1", "ReplicaSet"), seen.object.namespace(), &name).await?;
        let Some(found) = found else { continue };
        let is_own = found.meta().controller().is_some_and(|owner| owner.uid == seen.object.meta().uid);
        // One whose annotation somebody took away is nobody's: waiting for it would not end.
        if is_own && found.meta().annotations.contains_key(ANNOTATION_EXPERIMENT_TEMPLATE) {
            return Err(Failure::Retry(format!("ReplicaSet {name} is there and not yet seen")));
        }
        taken.push(template.name.clone());
    }
    seen.taken = taken;
    Ok(())
}

/// The templates of an analysis and those that they include, each once.
async fn templates(cache: &Cache, key: &ExperimentKey, analysis: &ExperimentAnalysis) -> Result<Templates, String> {
    let first = AnalysisTemplateReference {
        template_name: analysis.template_name.clone(),
        cluster_scope: analysis.cluster_scope,
        ..AnalysisTemplateReference::default()
    };
    let (mut wanted, mut found): (Vec<_>, BTreeMap<(bool, String), AnalysisTemplateSpec>) =
        (vec![first.clone()], BTreeMap::new());
    while let Some(next) = wanted.pop() {
        let at = (next.is_of_cluster(), next.template_name.clone());
        if found.contains_key(&at) || found.len() >= TEMPLATES_MAX {
            continue;
        }
        let spec = template(cache, key, &next).await?;
        wanted.extend(spec.templates.iter().cloned());
        found.insert(at, spec);
    }
    let find = |reference: &AnalysisTemplateReference| {
        let (at, spec) = found.get_key_value(&(reference.is_of_cluster(), reference.template_name.clone()))?;
        Some(analysis::templates::Named { name: &at.1, is_of_cluster: at.0, spec })
    };
    let included = analysis::templates::included(&[first], &find)?;
    Ok(included.iter().map(|it| (it.name.to_owned(), it.is_of_cluster, it.spec.clone())).collect())
}

async fn template(
    cache: &Cache,
    key: &ExperimentKey,
    reference: &AnalysisTemplateReference,
) -> Result<AnalysisTemplateSpec, String> {
    let name = &reference.template_name;
    let (at, plural) = if reference.is_of_cluster() {
        (Key::new(GROUP, CLUSTER_ANALYSIS_TEMPLATE, None, name), "clusteranalysistemplate")
    } else {
        (Key::new(GROUP, ANALYSIS_TEMPLATE, Some(&key.namespace), name), "analysistemplate")
    };
    let object: Object = match cache.get(&at) {
        Fetched::Known(cached) => cached.object,
        // It may have been made just now: only the API server can tell.
        Fetched::Absent => {
            let gvk = Gvk::new(GROUP, api::names::VERSION, &at.kind);
            let found = cache.client().get(&gvk, at.namespace.as_deref(), name).await;
            let found = found.map_err(|error| format!("{plural} {name:?} could not be read: {error}"))?;
            found.ok_or_else(|| format!("{plural}.argoproj.io {name:?} not found"))?
        }
        Fetched::Unknown(cause) => return Err(format!("{plural} {name:?} could not be read: {cause}")),
    };
    let spec = if reference.is_of_cluster() {
        ClusterAnalysisTemplate::read(&object).map(|template| template.spec)
    } else {
        AnalysisTemplate::read(&object).map(|template| template.spec)
    };
    spec.map_err(|error| error.to_string())
}
