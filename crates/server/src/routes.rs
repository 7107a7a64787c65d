//! Every route there is, with the rule that it is answered by. The router, the description and the verdict table of the
//! tests are all drawn from this one table.

use crate::applications::{around, desired, events, list, logs, operations, resources, tree, watch, write};
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::rule::Act::{DeleteResource, Named, RunAction, UpdateResource};
use crate::rule::{Of, Rule};
use crate::{about, account, clusters, projects, repositories, session, trust, visit, webhook};
use futures::future::BoxFuture;
use rbac::Resource::{Accounts, Applications, Certificates, Clusters, GpgKeys, Logs, Projects, Repositories};
use rbac::actions::{CREATE, DELETE, GET, SYNC, UPDATE};

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; what stands in braces is any one part of it.
    pub path: &'static str,
    /// What must hold for it to be answered.
    pub rule: Rule,
    /// Parameters of the query.
    pub query: &'static [&'static str],
    /// What it does.
    pub summary: &'static str,
    /// What answers it.
    pub handler: Handler,
}

/// What answers a route.
pub type Handler = fn(Call) -> BoxFuture<'static, Result<Reply, Problem>>;

macro_rules! route {
    ($method:literal $path:literal, $rule:expr, $query:expr, $handler:path, $summary:literal) => {
        Route {
            method: $method,
            path: $path,
            rule: $rule,
            query: $query,
            summary: $summary,
            handler: |call| Box::pin($handler(call)),
        }
    };
}

const APP: &[&str] = &["appNamespace", "project"];
const LISTED: &[&str] = &[
    "name",
    "projects",
    "project",
    "selector",
    "repo",
    "appNamespace",
    "resourceVersion",
    "fields",
    "limit",
    "continue",
    "sort",
    "health",
    "sync",
    "search",
];
const RESOURCE: &[&str] = &["appNamespace", "project", "namespace", "resourceName", "version", "group", "kind"];

const fn app(action: &'static str) -> Rule {
    Rule::May(Applications, Named(action), Of::Application)
}

const fn project(action: &'static str) -> Rule {
    Rule::May(Projects, Named(action), Of::Project)
}

/// The table.
pub const ROUTES: &[Route] = &[
    // The server itself
    route!("GET" "/healthz", Rule::Open("says nothing but that it lives"), &[], about::healthz, "Whether the server lives"),
    route!("GET" "/metrics", Rule::Open("counters without names of anything; bind it where only monitoring reaches it"), &[], about::metrics, "Counters"),
    route!("GET" "/swagger.json", Rule::Open("the same for every server"), &[], about::description, "This description"),
    route!("GET" "/api/version", Rule::Open("strangers get the version alone"), &[], about::version, "The version"),
    route!("GET" "/api/badge", Rule::Open("off unless switched on by statusbadge.enabled"), &["name", "namespace", "project"], about::badge, "A picture of how an application is"),
    route!("POST" "/api/webhook", Rule::Open("each sender proves itself by its secret, and is told nothing"), &[], webhook::receive, "What forges and registries send"),
    route!("POST" "/webhook", Rule::Open("each sender proves itself by its secret, and is told nothing"), &[], webhook::receive, "The same, where the image updater takes it"),
    route!("GET" "/auth/login", Rule::Open("signing in"), &["return_url"], visit::login, "Begin to sign in with the provider"),
    route!("GET" "/auth/callback", Rule::Open("signing in"), &["code", "state"], visit::callback, "Where the provider sends back to"),
    route!("GET" "/auth/logout", Rule::Open("signing out"), &[], visit::logout, "Sign out with the provider"),
    // Sessions and accounts
    route!("POST" "/api/v1/session", Rule::Open("signing in"), &[], session::create, "Sign in"),
    route!("DELETE" "/api/v1/session", Rule::Open("only the caller's own session"), &[], session::delete, "Sign out"),
    route!("GET" "/api/v1/session/userinfo", Rule::Open("only about the caller"), &[], session::userinfo, "Who one is"),
    route!("GET" "/api/v1/settings", Rule::Open("what clients need before they sign in"), &[], about::settings, "Settings"),
    route!("GET" "/api/v1/settings/plugins", Rule::SignedIn, &[], about::plugins, "Plugins"),
    route!("GET" "/api/v1/account", Rule::Each(Accounts), &[], account::list, "Local accounts"),
    route!("PUT" "/api/v1/account/password", Rule::May(Accounts, Named(UPDATE), Of::Account), &[], account::update_password, "Give an account another password"),
    route!("GET" "/api/v1/account/can-i/{resource}/{action}/{*object}", Rule::SignedIn, &[], account::can_i, "Whether one may"),
    route!("GET" "/api/v1/account/{name}", Rule::May(Accounts, Named(GET), Of::Account), &[], account::get, "One account"),
    route!("POST" "/api/v1/account/{name}/token", Rule::May(Accounts, Named(UPDATE), Of::Account), &[], account::create_token, "A new token for an account"),
    route!("DELETE" "/api/v1/account/{name}/token/{id}", Rule::May(Accounts, Named(UPDATE), Of::Account), &[], account::delete_token, "Void an account's token"),
    // Applications
    route!("GET" "/api/v1/applications", Rule::Each(Applications), LISTED, list::list, "Applications"),
    route!("POST" "/api/v1/applications", Rule::May(Applications, Named(CREATE), Of::ApplicationInBody), &["upsert", "validate"], write::create, "Make an application"),
    route!("GET" "/api/v1/applications/{name}", app(GET), &["appNamespace", "project", "refresh", "fields"], list::get, "One application"),
    route!("PUT" "/api/v1/applications/{name}", app(UPDATE), &["validate"], write::update, "Put an application in place of the one there"),
    route!("PATCH" "/api/v1/applications/{name}", app(UPDATE), &[], write::patch_application, "Change an application"),
    route!("DELETE" "/api/v1/applications/{name}", app(DELETE), &["cascade", "propagationPolicy", "appNamespace", "project"], write::delete, "Delete an application"),
    route!("PUT" "/api/v1/applications/{name}/spec", app(UPDATE), &["validate", "appNamespace", "project"], write::update_spec, "Put a spec in place of the one there"),
    route!("POST" "/api/v1/applications/{name}/sync", app(GET), &[], operations::sync, "Sync; the action sync is asked for after the windows, as upstream does"),
    route!("POST" "/api/v1/applications/{name}/rollback", app(GET), &[], operations::rollback, "Go back to an earlier deployment; needs sync, or rollback where that is enforced"),
    route!("DELETE" "/api/v1/applications/{name}/operation", app(SYNC), APP, operations::terminate, "End the running operation"),
    route!("GET" "/api/v1/applications/{name}/resource-tree", app(GET), APP, tree::resource_tree, "The tree of resources"),
    route!("GET" "/api/v1/applications/{name}/managed-resources", app(GET), &["appNamespace", "project", "namespace", "name", "group", "kind"], desired::managed_resources, "Resources as they should be and as they are"),
    route!("GET" "/api/v1/applications/{name}/server-side-diff", app(GET), APP, desired::server_side_diff, "What applying would change"),
    route!("GET" "/api/v1/applications/{name}/manifests", app(GET), &["appNamespace", "project", "revision"], desired::manifests, "The rendered manifests"),
    route!("GET" "/api/v1/applications/{name}/resource", app(GET), RESOURCE, resources::get, "One live resource"),
    route!("POST" "/api/v1/applications/{name}/resource", Rule::May(Applications, UpdateResource, Of::Application), RESOURCE, resources::patch, "Change one live resource"),
    route!("DELETE" "/api/v1/applications/{name}/resource", Rule::May(Applications, DeleteResource, Of::Application), RESOURCE, resources::delete, "Delete one live resource"),
    route!("GET" "/api/v1/applications/{name}/resource/actions", app(GET), RESOURCE, resources::list_actions, "The actions of a resource"),
    route!("POST" "/api/v1/applications/{name}/resource/actions", Rule::May(Applications, RunAction, Of::Application), RESOURCE, resources::run_action, "Run an action of a resource"),
    route!("POST" "/api/v1/applications/{name}/resource/actions/v2", Rule::May(Applications, RunAction, Of::Application), &[], resources::run_action, "Run an action of a resource, with parameters"),
    route!("GET" "/api/v1/applications/{name}/resource/links", app(GET), RESOURCE, around::resource_links, "The links of a resource"),
    route!("GET" "/api/v1/applications/{name}/links", app(GET), APP, around::links, "The links of an application"),
    route!("GET" "/api/v1/applications/{name}/events", app(GET), &["appNamespace", "project", "resourceName", "resourceNamespace", "resourceUID"], events::list, "Events"),
    route!("GET" "/api/v1/applications/{name}/logs", Rule::May(Logs, Named(GET), Of::Application), &["appNamespace", "project", "namespace", "podName", "container", "sinceSeconds", "tailLines", "filter", "matchCase", "kind", "group", "resourceName", "previous"], logs::logs, "Logs"),
    route!("GET" "/api/v1/applications/{name}/pods/{podName}/logs", Rule::May(Logs, Named(GET), Of::Application), &["appNamespace", "project", "namespace", "container", "sinceSeconds", "tailLines", "filter"], logs::logs, "Logs of a pod"),
    route!("GET" "/api/v1/applications/{name}/syncwindows", app(GET), APP, around::sync_windows, "Windows"),
    route!("GET" "/api/v1/applications/{name}/revisions/{revision}/metadata", app(GET), APP, desired::revision_metadata, "Who made a revision"),
    route!("GET" "/api/v1/stream/applications", Rule::Each(Applications), LISTED, watch::applications, "Applications as they change"),
    route!("GET" "/api/v1/stream/applications/{name}/resource-tree", app(GET), APP, watch::resource_tree, "A tree as it changes"),
    // Projects
    route!("GET" "/api/v1/projects", Rule::Each(Projects), &[], projects::list, "Projects"),
    route!("POST" "/api/v1/projects", Rule::May(Projects, Named(CREATE), Of::ProjectInBody), &[], projects::create, "Make a project"),
    route!("GET" "/api/v1/projects/{name}", project(GET), &[], projects::get, "One project"),
    route!("PUT" "/api/v1/projects/{name}", project(UPDATE), &[], projects::update, "Put a project in place of the one there"),
    route!("DELETE" "/api/v1/projects/{name}", project(DELETE), &[], projects::delete, "Delete a project"),
    route!("GET" "/api/v1/projects/{name}/detailed", project(GET), &[], projects::detailed, "A project and what belongs to it"),
    route!("GET" "/api/v1/projects/{name}/events", project(GET), &[], projects::list_events, "Events"),
    route!("GET" "/api/v1/projects/{name}/globalprojects", project(GET), &[], projects::global_projects, "Projects it takes lists from"),
    route!("GET" "/api/v1/projects/{name}/links", project(GET), &[], projects::list_links, "Links"),
    route!("GET" "/api/v1/projects/{name}/syncwindows", project(GET), &[], projects::sync_windows, "Windows that are open"),
    route!("POST" "/api/v1/projects/{name}/roles/{role}/token", project(UPDATE), &[], projects::create_token, "A new token for a role"),
    route!("DELETE" "/api/v1/projects/{name}/roles/{role}/token/{iat}", project(UPDATE), &["id"], projects::delete_token, "Void a role's token"),
    // Repositories and clusters
    route!("GET" "/api/v1/repositories", Rule::Each(Repositories), &["repo", "appProject"], repositories::list, "Repositories"),
    route!("POST" "/api/v1/repositories", Rule::May(Repositories, Named(CREATE), Of::RepositoryInBody), &["upsert"], repositories::create, "Declare a repository"),
    route!("GET" "/api/v1/repositories/{repo}", Rule::May(Repositories, Named(GET), Of::Repository), &["appProject"], repositories::get, "One repository"),
    route!("PUT" "/api/v1/repositories/{repo}", Rule::May(Repositories, Named(UPDATE), Of::Repository), &["appProject"], repositories::update, "Change a repository"),
    route!("DELETE" "/api/v1/repositories/{repo}", Rule::May(Repositories, Named(DELETE), Of::Repository), &["appProject"], repositories::delete, "Forget a repository"),
    route!("GET" "/api/v1/repocreds", Rule::Each(Repositories), &[], repositories::list_templates, "Templates of credentials"),
    route!("POST" "/api/v1/repocreds", Rule::May(Repositories, Named(CREATE), Of::TemplateInBody), &["upsert"], repositories::create_template, "Declare a template"),
    route!("PUT" "/api/v1/repocreds/{repo}", Rule::May(Repositories, Named(UPDATE), Of::Named("repo")), &[], repositories::update_template, "Change a template"),
    route!("DELETE" "/api/v1/repocreds/{repo}", Rule::May(Repositories, Named(DELETE), Of::Named("repo")), &[], repositories::delete_template, "Forget a template"),
    route!("GET" "/api/v1/clusters", Rule::Each(Clusters), &["server", "name"], clusters::list, "Clusters"),
    route!("POST" "/api/v1/clusters", Rule::May(Clusters, Named(CREATE), Of::ClusterInBody), &["upsert"], clusters::create, "Declare a cluster"),
    route!("GET" "/api/v1/clusters/{id}", Rule::May(Clusters, Named(GET), Of::Cluster), &["id.type"], clusters::get, "One cluster"),
    route!("PUT" "/api/v1/clusters/{id}", Rule::May(Clusters, Named(UPDATE), Of::Cluster), &["id.type", "updatedFields"], clusters::update, "Change a cluster"),
    route!("DELETE" "/api/v1/clusters/{id}", Rule::May(Clusters, Named(DELETE), Of::Cluster), &["id.type"], clusters::delete, "Forget a cluster"),
    route!("POST" "/api/v1/clusters/{id}/invalidate-cache", Rule::May(Clusters, Named(UPDATE), Of::Cluster), &["id.type"], clusters::invalidate_cache, "Look at a cluster anew"),
    route!("POST" "/api/v1/clusters/{id}/rotate-auth", Rule::May(Clusters, Named(UPDATE), Of::Cluster), &["id.type"], clusters::rotate_auth, "Make a cluster's token anew"),
    // Trust
    route!("GET" "/api/v1/certificates", Rule::May(Certificates, Named(GET), Of::All), &["hostNamePattern", "certType", "certSubType"], trust::list, "Certificates and known hosts"),
    route!("POST" "/api/v1/certificates", Rule::May(Certificates, Named(CREATE), Of::All), &["upsert"], trust::create, "Add certificates and known hosts"),
    route!("DELETE" "/api/v1/certificates", Rule::May(Certificates, Named(DELETE), Of::All), &["hostNamePattern", "certType", "certSubType"], trust::delete, "Take certificates and known hosts away"),
    route!("GET" "/api/v1/gpgkeys", Rule::May(GpgKeys, Named(GET), Of::All), &[], trust::list_keys, "Keys of signatures"),
    route!("GET" "/api/v1/gpgkeys/{keyID}", Rule::May(GpgKeys, Named(GET), Of::Named("keyID")), &[], trust::get_key, "One key"),
    route!("DELETE" "/api/v1/gpgkeys", Rule::May(GpgKeys, Named(DELETE), Of::All), &["keyID"], trust::delete_key, "Forget a key"),
    // Notifications: names alone, as upstream gives them to whoever is signed in
    route!("GET" "/api/v1/notifications/services", Rule::SignedIn, &[], about::services, "Services of notifications"),
    route!("GET" "/api/v1/notifications/templates", Rule::SignedIn, &[], about::templates, "Templates of notifications"),
    route!("GET" "/api/v1/notifications/triggers", Rule::SignedIn, &[], about::triggers, "Triggers of notifications"),
];
