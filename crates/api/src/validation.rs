//! Whether an application's spec makes sense and its project permits it, in upstream's words: clients match on them.

use crate::names::CONDITION_INVALID_SPEC_ERROR;
use crate::permission::{ClusterIdentity, ProjectRules};
use crate::source::ApplicationSource;
use crate::spec::{ApplicationDestination, ApplicationSpec};
use crate::status::ApplicationCondition;

/// The condition for a project that does not exist.
#[must_use]
pub fn missing_project(project: &str) -> ApplicationCondition {
    invalid(format!("Application referencing project {project} which does not exist"))
}

/// The condition for an application in a namespace its project does not permit.
#[must_use]
pub fn namespace_not_permitted(name: &str, namespace: &str, project: &str) -> ApplicationCondition {
    invalid(format!("application '{name}' in namespace '{namespace}' is not permitted to use project '{project}'"))
}

/// The condition for a namespaced object with neither a namespace of its own nor one from the destination.
#[must_use]
pub fn missing_namespace(name: &str, gvk: &object::Gvk) -> ApplicationCondition {
    invalid(format!("Namespace for {name} {gvk} is missing."))
}

/// What is wrong with the destination itself, before any cluster is looked up.
///
/// # Errors
/// Upstream's message when both or neither of server and name are given.
pub fn check_destination(destination: &ApplicationDestination) -> Result<(), String> {
    match (destination.server.is_empty(), destination.name.is_empty()) {
        (false, false) => Err(format!(
            "application destination can't have both name and server defined: {} {}",
            destination.name, destination.server
        )),
        (true, true) => Err("Destination server missing from app spec".to_owned()),
        _ => Ok(()),
    }
}

/// Everything that is wrong with a spec. `cluster` is the cluster the destination resolves to, or why there is none.
#[must_use]
pub fn validate_spec(
    spec: &ApplicationSpec,
    rules: &ProjectRules,
    cluster: Result<ClusterIdentity<'_>, &str>,
) -> Vec<ApplicationCondition> {
    let mut conditions = match validate_sources(spec, rules) {
        Ok(conditions) => conditions,
        Err(conditions) => return conditions,
    };
    match cluster {
        Err(cause) => conditions.push(invalid(cause.to_owned())),
        Ok(cluster) if !rules.permits_destination(cluster, &spec.destination.namespace) => {
            let server = if spec.destination.name.is_empty() { cluster.server } else { cluster.name };
            conditions.push(invalid(format!(
                "application destination server '{server}' and namespace '{}' do not match any of the allowed destinations in project '{}'",
                spec.destination.namespace,
                rules.name()
            )));
        }
        Ok(_) => {}
    }
    conditions
}

/// Problems of permission are collected; a problem of form (`Err`) ends the validation.
fn validate_sources(
    spec: &ApplicationSpec,
    rules: &ProjectRules,
) -> Result<Vec<ApplicationCondition>, Vec<ApplicationCondition>> {
    let mut conditions = Vec::new();
    let mut permit = |source: &ApplicationSource, what: &str| {
        if !rules.permits_source(&source.repo_url) {
            let project = rules.name();
            conditions
                .push(invalid(format!("{what} repo {} is not permitted in project '{project}'", source.repo_url)));
        }
    };
    if let Some(hydrator) = &spec.source_hydrator {
        check_hydrator(spec)?;
        permit(&hydrator.dry_source(), "application");
        let sync = hydrator.sync_source();
        if sync.repo_url != hydrator.dry_source.repo_url {
            permit(&sync, "sync source");
        }
        return Ok(conditions);
    }
    for source in &spec.sources {
        check_one_of_many(source)?;
        permit(source, "application");
    }
    if spec.sources.is_empty() {
        let source = spec.source.clone().unwrap_or_default();
        check_single(&source)?;
        permit(&source, "application");
    }
    Ok(conditions)
}

fn check_hydrator(spec: &ApplicationSpec) -> Result<(), Vec<ApplicationCondition>> {
    let Some(hydrator) = &spec.source_hydrator else { return Ok(()) };
    let mut conditions = Vec::new();
    if hydrator.dry_source.repo_url.is_empty() {
        conditions.push(invalid("spec.sourceHydrator.drySource.repoURL is required"));
    }
    if hydrator.sync_source.target_branch.is_empty() {
        conditions.push(invalid("spec.sourceHydrator.syncSource.targetBranch is required"));
    }
    if hydrator.hydrate_to.as_ref().is_some_and(|to| to.target_branch.is_empty()) {
        conditions.push(invalid(
            "when spec.sourceHydrator.hydrateTo is set, spec.sourceHydrator.hydrateTo.targetBranch is required",
        ));
    }
    if conditions.is_empty() { Ok(()) } else { Err(conditions) }
}

fn check_single(source: &ApplicationSource) -> Result<(), Vec<ApplicationCondition>> {
    if source.repo_url.is_empty() || (source.path.is_empty() && source.chart.is_empty()) {
        let message = "spec.source.repoURL and either spec.source.path or spec.source.chart are required";
        return Err(vec![invalid(message)]);
    }
    check_chart(source)
}

fn check_one_of_many(source: &ApplicationSource) -> Result<(), Vec<ApplicationCondition>> {
    if source.repo_url.is_empty() || (source.path.is_empty() && source.chart.is_empty() && source.ref_name.is_empty()) {
        let text = serde_json::to_string(source).expect("invariant: a source has string keys only");
        return Err(vec![invalid(format!(
            "spec.source.repoURL and either source.path, source.chart, or source.ref are required for source {text}"
        ))]);
    }
    check_chart(source)
}

fn check_chart(source: &ApplicationSource) -> Result<(), Vec<ApplicationCondition>> {
    if !source.chart.is_empty() && source.target_revision.is_empty() {
        return Err(vec![invalid("spec.source.targetRevision is required if the manifest source is a helm chart")]);
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> ApplicationCondition {
    ApplicationCondition::new(CONDITION_INVALID_SPEC_ERROR, message)
}
