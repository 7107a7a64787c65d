//! What must hold before an application is compared: its project exists and permits what the spec says.

use crate::destinations::NoDestination;
use crate::observed::Observed;
use api::names::{CONDITION_INVALID_SPEC_ERROR, DEFAULT_PROJECT};
use api::{Application, ApplicationCondition, ProjectRules, missing_project, namespace_not_permitted, validate_spec};
use object::Fetched;
use std::sync::Arc;

/// Whether an application may be compared.
#[derive(Debug, Clone)]
pub enum Gate {
    /// It may, under these rules.
    Open(Arc<ProjectRules>),
    /// It may not, for these reasons.
    Closed(Vec<ApplicationCondition>),
    /// Its project is the default one, which does not exist yet.
    NoDefaultProject,
    /// That cannot be said yet: what is waited for.
    Wait(String),
}

/// Whether this application may be compared.
#[must_use]
pub fn gate(observed: &Observed, application: &Application) -> Gate {
    let project = application.spec.project_name();
    let rules = match &observed.project {
        Fetched::Known(Ok(rules)) => rules,
        Fetched::Known(Err(problem)) => return Gate::Closed(vec![unreadable_project(problem)]),
        Fetched::Absent if project == DEFAULT_PROJECT => return Gate::NoDefaultProject,
        Fetched::Absent => return Gate::Closed(vec![missing_project(project)]),
        Fetched::Unknown(cause) => return Gate::Wait(format!("project {project}: {cause}")),
    };
    let (name, namespace) = (&application.metadata.name, &application.metadata.namespace);
    if !rules.permits_application_namespace(namespace, &observed.settings.namespace) {
        return Gate::Closed(vec![namespace_not_permitted(name, namespace, project)]);
    }
    let cluster = match &observed.destination {
        Ok(destination) => Ok(destination.identity(project)),
        Err(NoDestination::None(why)) => Err(why.as_str()),
        Err(NoDestination::Unknown(cause)) => return Gate::Wait(cause.clone()),
    };
    let conditions = validate_spec(&application.spec, rules, cluster);
    if conditions.is_empty() { Gate::Open(Arc::clone(rules)) } else { Gate::Closed(conditions) }
}

fn unreadable_project(problem: &str) -> ApplicationCondition {
    ApplicationCondition::new(CONDITION_INVALID_SPEC_ERROR, problem)
}
