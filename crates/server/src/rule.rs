//! What a route asks of whoever calls it. A leaf module.

use rbac::Resource;

/// What must hold for a route to be answered. Every route has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone may; why that is safe stands here.
    Open(&'static str),
    /// Whoever is signed in, about themselves.
    SignedIn,
    /// Whoever is signed in; they are given those items alone that they may `get`.
    Each(Resource),
    /// Whoever may do this with that.
    May(Resource, Act, Of),
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An action by its name in policies.
    Named(&'static str),
    /// `update/<group>/<kind>/<namespace>/<name>` of the resource that the query names.
    UpdateResource,
    /// `delete/<group>/<kind>/<namespace>/<name>` of the resource that the query names.
    DeleteResource,
    /// `action/<group>/<kind>/<action>`, as the query and the body name them.
    RunAction,
}

/// With what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The application that the path names.
    Application,
    /// The application that the body holds.
    ApplicationInBody,
    /// The project that the path names.
    Project,
    /// The project that the body holds.
    ProjectInBody,
    /// The repository that the path names.
    Repository,
    /// The repository that the body holds.
    RepositoryInBody,
    /// The template of credentials that the body holds: it belongs to no project.
    TemplateInBody,
    /// The cluster that the path names.
    Cluster,
    /// The cluster that the body holds.
    ClusterInBody,
    /// The account that the path names.
    Account,
    /// Whatever the path names.
    Named(&'static str),
    /// All there are.
    All,
}
