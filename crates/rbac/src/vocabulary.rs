//! The words of policies: what may be acted on, how, and how one thing is named.

use std::fmt;

/// What may be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Clusters that applications go to.
    Clusters,
    /// Projects.
    Projects,
    /// Applications.
    Applications,
    /// Generators of applications.
    ApplicationSets,
    /// Repositories and their credentials.
    Repositories,
    /// Repositories that rendered manifests are written to.
    WriteRepositories,
    /// Certificates and known hosts.
    Certificates,
    /// Local accounts.
    Accounts,
    /// Keys that commits are signed with.
    GpgKeys,
    /// Logs of an application's pods.
    Logs,
    /// Shells in an application's pods.
    Exec,
    /// Extensions of the server.
    Extensions,
}

impl Resource {
    /// All of them, in upstream's order.
    pub const ALL: [Resource; 12] = [
        Resource::Clusters,
        Resource::Projects,
        Resource::Applications,
        Resource::ApplicationSets,
        Resource::Repositories,
        Resource::WriteRepositories,
        Resource::Certificates,
        Resource::Accounts,
        Resource::GpgKeys,
        Resource::Logs,
        Resource::Exec,
        Resource::Extensions,
    ];

    /// Its name in policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Resource::Clusters => "clusters",
            Resource::Projects => "projects",
            Resource::Applications => "applications",
            Resource::ApplicationSets => "applicationsets",
            Resource::Repositories => "repositories",
            Resource::WriteRepositories => "write-repositories",
            Resource::Certificates => "certificates",
            Resource::Accounts => "accounts",
            Resource::GpgKeys => "gpgkeys",
            Resource::Logs => "logs",
            Resource::Exec => "exec",
            Resource::Extensions => "extensions",
        }
    }

    /// The resource of that name in policies.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Resource::ALL.into_iter().find(|resource| resource.as_str() == name)
    }

    /// Whether its objects may belong to a project: they are then named `project/name`.
    #[must_use]
    pub fn is_project_scoped(self) -> bool {
        matches!(
            self,
            Resource::Applications
                | Resource::ApplicationSets
                | Resource::Logs
                | Resource::Exec
                | Resource::Clusters
                | Resource::Repositories
        )
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The actions that stand alone.
pub mod actions {
    /// Read it.
    pub const GET: &str = "get";
    /// Create it.
    pub const CREATE: &str = "create";
    /// Change it.
    pub const UPDATE: &str = "update";
    /// Delete it.
    pub const DELETE: &str = "delete";
    /// Sync an application.
    pub const SYNC: &str = "sync";
    /// Roll an application back.
    pub const ROLLBACK: &str = "rollback";
    /// Sync what the application's source does not declare.
    pub const OVERRIDE: &str = "override";
    /// Run an action of a resource; with a path, see [`on_action`].
    pub const ACTION: &str = "action";
    /// Call an extension.
    pub const INVOKE: &str = "invoke";
    /// All of them, in upstream's order.
    pub const ALL: [&str; 9] = [GET, CREATE, UPDATE, DELETE, SYNC, ROLLBACK, OVERRIDE, ACTION, INVOKE];

    /// Run one action of one kind: `action/<group>/<kind>/<name>`.
    #[must_use]
    pub fn on_action(group: &str, kind: &str, name: &str) -> String {
        format!("{ACTION}/{group}/{kind}/{name}")
    }

    /// Change one resource of an application: `update/<group>/<kind>/<namespace>/<name>`.
    #[must_use]
    pub fn on_update(group: &str, kind: &str, namespace: &str, name: &str) -> String {
        format!("{UPDATE}/{group}/{kind}/{namespace}/{name}")
    }

    /// Delete one resource of an application: `delete/<group>/<kind>/<namespace>/<name>`.
    #[must_use]
    pub fn on_delete(group: &str, kind: &str, namespace: &str, name: &str) -> String {
        format!("{DELETE}/{group}/{kind}/{namespace}/{name}")
    }
}

/// The name of an application in policies: `project/name` in the control plane's namespace, `project/namespace/name`
/// elsewhere. An application without a namespace is in the control plane's.
#[must_use]
pub fn application_object(project: &str, namespace: &str, name: &str, control_plane_namespace: &str) -> String {
    if namespace.is_empty() || namespace == control_plane_namespace {
        format!("{project}/{name}")
    } else {
        format!("{project}/{namespace}/{name}")
    }
}

/// The name of a cluster or repository in policies: `project/name` when it belongs to one, else its name.
#[must_use]
pub fn scoped_object(project: &str, name: &str) -> String {
    if project.is_empty() { name.to_owned() } else { format!("{project}/{name}") }
}

/// Project and role of a subject `proj:<project>:<role>`.
#[must_use]
pub fn project_role(subject: &str) -> Option<(&str, &str)> {
    let mut parts = subject.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("proj"), Some(project), Some(role), None) => Some((project, role)),
        _ => None,
    }
}

/// The subject of a project's role.
#[must_use]
pub fn role_subject(project: &str, role: &str) -> String {
    format!("proj:{project}:{role}")
}
