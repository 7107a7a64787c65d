//! From what a request names to what is done, and the answer.

use super::answer;
use super::body::AnswerBody;
use super::discovery;
use super::incoming::{FaultPlan, Incoming, ResourceTarget, Target, representer};
use super::list_options::{ListOptions, Purpose};
use super::logs;
use super::negotiate::Accepted;
use super::path::Route;
use super::read;
use super::watch::{self, WatchRequest};
use super::write;
use crate::access::{self, Deed};
use crate::error::ApiError;
use crate::pipeline::{raw_in_version, scale_of};
use crate::shared::Shared;
use crate::snapshot::SNAPSHOT_PATH;
use crate::store::Encoded;
use bytes::Bytes;
use http::{Method, Response};
use std::sync::Arc;

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
    let answer = outcome.unwrap_or_else(|error| answer::refusal(&error, accepted));
    answer::with_warnings(answer, target.served.deprecation().as_slice())
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
        && !access::allows_path(shared, &incoming.user, path)
    {
        let message = format!("forbidden: User \"{}\" cannot get path \"{path}\"", incoming.user.name);
        let error = ApiError::new(403, "Forbidden", message).with_details(crate::error::Details::default());
        return answer::refusal(&error, Accepted::JSON);
    }
    let Target::Document(route) = &incoming.target else { return answer::text(404, "404 page not found\n") };
    if incoming.method != Method::GET && incoming.method != Method::HEAD {
        return answer::refusal(&ApiError::method_not_allowed(), Accepted::JSON);
    }
    if matches!(route, Route::Other(path) if path == SNAPSHOT_PATH) {
        return snapshot(shared);
    }
    let accepted = incoming.accepted.clone().unwrap_or(Accepted::JSON);
    discovery::document(shared, route, accepted)
}

/// Everything there is, put together as it is sent.
fn snapshot(shared: &Shared) -> Response<AnswerBody> {
    let chunks = shared.snapshot().chunks().map(Ok);
    answer::answer(200, "application/x-ndjson", AnswerBody::streamed(futures::stream::iter(chunks)))
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
    match &*path.subresource {
        "log" => return Ok(answer::text(200, logs::log(&object, &incoming.query)?)),
        part @ ("exec" | "attach" | "portforward" | "proxy") => {
            let message = format!("nothing runs on the simulated nodes of this cluster: {part} is not offered");
            return Err(ApiError::new(501, "NotImplemented", message));
        }
        _ => {}
    }
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
