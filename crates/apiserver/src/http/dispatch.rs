//! From what a request names to what is done: the verb, whether the resource offers it, and the answer.

use super::answer;
use super::body::AnswerBody;
use super::discovery;
use super::list_options::{ListOptions, Purpose};
use super::negotiate::{self, Accepted, Wanted};
use super::path::{self, ResourcePath, Route};
use super::query::Query;
use super::read;
use super::represent::Representer;
use super::watch::{self, WatchRequest};
use super::write;
use crate::access::{self, Deed};
use crate::error::ApiError;
use crate::faults::{Faults, RequestSummary};
use crate::pipeline::{raw_in_version, scale_of};
use crate::resource::Served;
use crate::shared::Shared;
use crate::store::Encoded;
use crate::user::User;
use bytes::Bytes;
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
        let user = impersonated(parts).unwrap_or_else(|| parts.extensions.get::<User>().cloned().unwrap_or_default());
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
    Some(User { name, groups })
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

/// Serves a request about objects.
pub async fn resource(
    shared: &Arc<Shared>,
    incoming: &Incoming,
    body: Bytes,
    faults: FaultPlan,
) -> Response<AnswerBody> {
    let accepted = match &incoming.accepted {
        Ok(accepted) => *accepted,
        Err(error) => return answer::refusal(error, Accepted::JSON),
    };
    let Target::Resource(target) = &incoming.target else { return answer::text(404, "404 page not found\n") };
    if let Err(error) = authorize(shared, incoming, target) {
        return answer::refusal(&error, accepted);
    }
    let outcome = match target.verb {
        "get" => get(shared, incoming, target, accepted, &faults),
        "list" => list(shared, incoming, target, accepted, &faults),
        "watch" => open_watch(shared, incoming, target, accepted, faults),
        _ => write::write(shared, incoming, target, accepted, body).await,
    };
    outcome.unwrap_or_else(|error| answer::refusal(&error, accepted))
}

fn authorize(shared: &Shared, incoming: &Incoming, target: &ResourceTarget) -> Result<(), ApiError> {
    let path = &target.path;
    let deed = Deed {
        verb: target.verb,
        group: &path.group,
        resource: &path.resource,
        subresource: &path.subresource,
        namespace: &path.namespace,
        name: &path.name,
    };
    let allowed = access::allows(shared, &incoming.user, &deed);
    if allowed { Ok(()) } else { Err(access::refusal(&incoming.user, &deed)) }
}

/// Serves a document.
pub fn document(shared: &Shared, incoming: &Incoming) -> Response<AnswerBody> {
    if let Target::Document(Route::Other(path)) = &incoming.target
        && !access::allows_path(&incoming.user, path)
    {
        let message = format!("forbidden: User \"{}\" cannot get path \"{path}\"", incoming.user.name);
        let error = ApiError::new(403, "Forbidden", message).with_details(crate::error::Details::default());
        return answer::refusal(&error, Accepted::JSON);
    }
    let Target::Document(route) = &incoming.target else { return answer::text(404, "404 page not found\n") };
    if incoming.method != Method::GET && incoming.method != Method::HEAD {
        return answer::refusal(&ApiError::method_not_allowed(), Accepted::JSON);
    }
    let accepted = incoming.accepted.clone().unwrap_or(Accepted::JSON);
    discovery::document(shared, route, accepted)
}

/// The representer of a request.
pub fn representer(incoming: &Incoming, target: &ResourceTarget, accepted: Accepted) -> Result<Representer, ApiError> {
    Representer::new(&target.served, accepted.form, incoming.query.text("includeObject"))
}

type Answered = Result<Response<AnswerBody>, ApiError>;

fn get(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    accepted: Accepted,
    faults: &FaultPlan,
) -> Answered {
    let ResourceTarget { served, path, .. } = target;
    match incoming.query.text("resourceVersion") {
        "" => {}
        given => match given.parse() {
            Ok(revision) => read::check_not_future(shared, revision)?,
            Err(_) => {
                let message = format!(
                    "resourceVersion: Invalid value: {given:?}: strconv.ParseUint: parsing {given:?}: invalid syntax"
                );
                return Err(ApiError::new(500, "", message));
            }
        },
    }
    let stale = stale_revision(shared, faults);
    let object = read::get(shared, served, &path.namespace, &path.name, stale)?;
    let raw = if path.subresource == "scale" {
        let fields = served.scale().ok_or_else(ApiError::no_such_resource)?;
        let value = object.value();
        if served.resource.is_custom() && value.pointer(&fields.spec_replicas).is_none() {
            let path = fields.spec_replicas.replace('/', ".");
            return Err(ApiError::internal(format!("the spec replicas field {path:?} does not exist")));
        }
        Encoded::plain(&scale_of(&value, &fields))
    } else {
        raw_in_version(served, object.raw())
    };
    let raw = representer(incoming, target, accepted)?.one(&raw, shared.clock.now())?;
    Ok(answer::document(200, accepted, raw))
}

fn stale_revision(shared: &Shared, faults: &FaultPlan) -> Option<u64> {
    let (faults, summary) = faults.as_ref()?;
    faults.stale_revision(summary, shared.store.revision())
}

fn list(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    accepted: Accepted,
    faults: &FaultPlan,
) -> Answered {
    let ResourceTarget { served, path, .. } = target;
    let options = ListOptions::read(&incoming.query, served, Purpose::List)?;
    let representer = representer(incoming, target, accepted)?;
    representer.check_list()?;
    let page = read::list(shared, served, &path.namespace, &options, stale_revision(shared, faults))?;
    let body = read::list_answer(shared, served, &representer, page);
    Ok(answer::answer(200, "application/json", body))
}

fn open_watch(
    shared: &Arc<Shared>,
    incoming: &Incoming,
    target: &ResourceTarget,
    accepted: Accepted,
    faults: FaultPlan,
) -> Answered {
    let ResourceTarget { served, path, .. } = target;
    let mut options = ListOptions::read(&incoming.query, served, Purpose::Watch)?;
    if !path.name.is_empty() {
        let term =
            crate::selector::FieldTerm { field: "metadata.name".to_owned(), value: path.name.clone(), negated: false };
        options.fields.terms.push(term);
    }
    let representer = representer(incoming, target, accepted)?;
    let request = WatchRequest {
        shared: Arc::clone(shared),
        served: served.clone(),
        namespace: path.namespace.clone(),
        options,
        representer,
        faults,
    };
    Ok(answer::answer(200, "application/json", watch::open(request)))
}
