//! The words people use for resources on a command line, and which actions each resource has.

use crate::vocabulary::{Resource, actions};

/// A word that no policy knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// No resource has that name.
    #[error("'{0}' is not a valid resource name")]
    Resource(String),
    /// The resource has no such action.
    #[error("'{action}' is not a valid action for {resource}")]
    Action {
        /// The action.
        action: String,
        /// The resource.
        resource: Resource,
    },
}

/// The resource that a word means: its name, or a short form such as `app` or `cert`.
///
/// # Errors
/// When no resource is called so.
pub fn resource_of_word(word: &str) -> Result<Resource, WordError> {
    let resource = match word {
        "account" => Resource::Accounts,
        "app" | "apps" | "application" => Resource::Applications,
        "cert" | "certs" | "certificate" => Resource::Certificates,
        "cluster" => Resource::Clusters,
        "extension" => Resource::Extensions,
        "gpgkey" | "key" => Resource::GpgKeys,
        "log" => Resource::Logs,
        "proj" | "projs" | "project" => Resource::Projects,
        "repo" | "repos" | "repository" => Resource::Repositories,
        _ => return Resource::parse(word).ok_or_else(|| WordError::Resource(word.to_owned())),
    };
    Ok(resource)
}

/// Whether a resource has an action; `update`, `delete` and `action` of applications may go on with a path.
///
/// # Errors
/// When it has not.
pub fn check_action(resource: Resource, action: &str) -> Result<(), WordError> {
    let (verb, path) = match action.split_once('/') {
        Some((verb, path)) => (verb, Some(path)),
        None => (action, None),
    };
    let takes_path =
        resource == Resource::Applications && matches!(verb, actions::UPDATE | actions::DELETE | actions::ACTION);
    if actions_of(resource).contains(&verb) && (path.is_none() || takes_path) {
        Ok(())
    } else {
        Err(WordError::Action { action: action.to_owned(), resource })
    }
}

fn actions_of(resource: Resource) -> &'static [&'static str] {
    use actions::{ACTION, CREATE, DELETE, GET, INVOKE, OVERRIDE, ROLLBACK, SYNC, UPDATE};
    match resource {
        Resource::Applications => &[CREATE, GET, UPDATE, DELETE, ACTION, OVERRIDE, SYNC, ROLLBACK],
        // Compat: upstream's own list forgets to read accounts and to change certificates, though its built-in roles
        // give both; here they are words too.
        Resource::Accounts => &[CREATE, GET, UPDATE],
        Resource::Certificates => &[CREATE, GET, UPDATE, DELETE],
        Resource::GpgKeys => &[CREATE, GET, DELETE],
        Resource::Logs => &[GET],
        Resource::Exec => &[CREATE],
        Resource::Extensions => &[INVOKE],
        Resource::Clusters
        | Resource::Projects
        | Resource::ApplicationSets
        | Resource::Repositories
        | Resource::WriteRepositories => &[CREATE, GET, UPDATE, DELETE],
    }
}
