//! A request whose line and headers are read: what it names, which verb it is, what its sender accepts.

use super::answer;
use super::body::AnswerBody;
use super::discovery;
use super::negotiate::{self, Accepted, Wanted};
use super::path::{self, ResourcePath, Route};
use super::query::Query;
use super::represent::Representer;
use crate::access::{self, Deed};
use crate::error::ApiError;
use crate::faults::{Faults, RequestSummary};
use crate::resource::Served;
use crate::shared::Shared;
use crate::user::User;
use http::request::Parts;
use http::{Method, Response};
use std::sync::Arc;

/// A request whose path, parameters and headers are read.
pub struct Incoming {
    pub target: Target,
    pub method: Method,
    pub query: Query,
    pub accepted: Result<Accepted, ApiError>,
    pub content_type: Option<String>,
    pub user: User,
    pub user_agent: String,
}

/// What a request is about.
pub enum Target {
    /// Objects.
    Resource(ResourceTarget),
    /// Discovery and other documents.
    Document(Route),
}

/// Objects that a request is about, and what it wants of them.
pub struct ResourceTarget {
    pub served: Served,
    pub path: ResourcePath,
    pub verb: &'static str,
}

/// The fault plan and what it is told of this request.
pub type FaultPlan = Option<(Arc<dyn Faults>, RequestSummary)>;

impl Incoming {
    /// Reads what the request line and headers say; a refusal is an answer already.
    pub fn read(shared: &Shared, parts: &Parts) -> Result<Incoming, Box<Response<AnswerBody>>> {
        let header = |name: http::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let not_found = || Box::new(answer::text(404, "404 page not found\n"));
        let route = path::parse(parts.uri.path()).ok_or_else(not_found)?;
        let accept = header(http::header::ACCEPT);
        let user = parts.extensions.get::<User>().cloned().unwrap_or_default();
        let user = match impersonated(parts) {
            None => user,
            Some(other) => {
                check_impersonation(shared, &user, &other)
                    .map_err(|error| Box::new(answer::refusal(&error, Accepted::JSON)))?;
                other
            }
        };
        let (target, wanted) = match route {
            Route::Resource(path) => (Target::Resource(resource_target(shared, parts, &query, path)?), Wanted::Objects),
            other => (Target::Document(other), Wanted::Discovery),
        };
        Ok(Incoming {
            target,
            method: parts.method.clone(),
            query,
            accepted: negotiate::accepted(accept, wanted),
            content_type: header(http::header::CONTENT_TYPE).map(str::to_owned),
            user,
            user_agent: header(http::header::USER_AGENT).unwrap_or_default().to_owned(),
        })
    }

    /// What a fault plan is told.
    pub fn summary(&self) -> Option<RequestSummary> {
        let Target::Resource(target) = &self.target else { return None };
        let path = &target.path;
        Some(RequestSummary {
            verb: target.verb,
            group: path.group.clone(),
            resource: path.resource.clone(),
            namespace: path.namespace.clone(),
            name: path.name.clone(),
            subresource: path.subresource.clone(),
            user_agent: self.user_agent.clone(),
        })
    }
}

fn impersonated(parts: &Parts) -> Option<User> {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let name = parts.headers.get("impersonate-user").and_then(text)?;
    let groups = parts.headers.get_all("impersonate-group").iter().filter_map(text).collect();
    Some(User { groups, ..User::new(&name, &[]) })
}

/// Who takes another's name must be permitted to take it, and each of the groups.
fn check_impersonation(shared: &Shared, user: &User, other: &User) -> Result<(), ApiError> {
    let names = std::iter::once(("users", &other.name)).chain(other.groups.iter().map(|group| ("groups", group)));
    for (resource, name) in names {
        let deed = Deed { verb: "impersonate", group: "", resource, subresource: "", namespace: "", name };
        if !access::allows(shared, user, &deed) {
            return Err(access::refusal(user, &deed));
        }
    }
    Ok(())
}

fn resource_target(
    shared: &Shared,
    parts: &Parts,
    query: &Query,
    path: ResourcePath,
) -> Result<ResourceTarget, Box<Response<AnswerBody>>> {
    let refuse = |error: ApiError| Box::new(answer::refusal(&error, Accepted::JSON));
    let Some(served) = shared.registry.by_path(&path.group, &path.version, &path.resource) else {
        return Err(if discovery::has_group(shared, &path.group) {
            refuse(ApiError::no_such_resource())
        } else {
            Box::new(answer::text(404, "404 page not found\n"))
        });
    };
    let namespaced = served.resource.is_namespaced();
    // Only collections of namespaced objects may be asked for across namespaces, and only read.
    let misplaced =
        if namespaced { path.namespace.is_empty() && !path.name.is_empty() } else { !path.namespace.is_empty() };
    let offered = served.verbs(&path.subresource);
    let Some(offered) = offered.filter(|_| !misplaced) else {
        // Compat: of custom resources, a part that is not offered reads as a missing object.
        let is_part = served.resource.is_custom() && matches!(&*path.subresource, "status" | "scale");
        return Err(refuse(if is_part {
            ApiError::not_found(&served.resource.name(), &path.name)
        } else {
            ApiError::no_such_resource()
        }));
    };
    let verb = verb(&parts.method, query, &path);
    let everywhere = namespaced && path.namespace.is_empty() && path.name.is_empty();
    let across = !everywhere || matches!(verb, Some("list" | "watch"));
    match verb.filter(|verb| offered.contains(verb) && across) {
        Some(verb) => Ok(ResourceTarget { served, path, verb }),
        None => Err(refuse(ApiError::method_not_allowed())),
    }
}

fn verb(method: &Method, query: &Query, path: &ResourcePath) -> Option<&'static str> {
    let is_collection = path.name.is_empty();
    Some(match *method {
        Method::GET | Method::HEAD if path.is_watch => "watch",
        Method::GET | Method::HEAD if is_collection && query.flag("watch").unwrap_or_default() => "watch",
        Method::GET | Method::HEAD if is_collection => "list",
        Method::GET | Method::HEAD => "get",
        Method::POST if is_collection || !path.subresource.is_empty() => "create",
        Method::PUT if !is_collection => "update",
        Method::PATCH if !is_collection => "patch",
        Method::DELETE if is_collection => "deletecollection",
        Method::DELETE => "delete",
        _ => return None,
    })
}

/// The representer of a request.
pub fn representer(incoming: &Incoming, target: &ResourceTarget, accepted: Accepted) -> Result<Representer, ApiError> {
    Representer::new(&target.served, accepted.form, incoming.query.text("includeObject"))
}
