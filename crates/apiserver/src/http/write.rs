//! Creates, updates, patches and deletions as HTTP spells them.

use super::answer;
use super::body::AnswerBody;
use super::decode;
use super::incoming::{Incoming, ResourceTarget, representer};
use super::list_options::{ListOptions, Purpose};
use super::negotiate::{self, Accepted, ContentType, PatchType};
use super::read;
use super::write_options::{self, Write};
use crate::error::{ApiError, Details};
use crate::pipeline::{self, Outcome, WriteOptions, Writing};
use crate::shared::Shared;
use bytes::Bytes;
use http::Response;

type Answered = Result<Response<AnswerBody>, ApiError>;

/// Does the write and waits until it is durable.
pub async fn write(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    accepted: Accepted,
    body: Bytes,
) -> Answered {
    let content_type = negotiate::content_type(incoming.content_type.as_deref());
    let (outcome, code) = match target.verb {
        "create" => create(shared, incoming, target, content_type, &body)?,
        "update" => update(shared, incoming, target, content_type, &body)?,
        "patch" => patch(shared, incoming, target, content_type, &body)?,
        "delete" => delete(shared, incoming, target, content_type, &body)?,
        _ => return delete_collection(shared, incoming, target, accepted, content_type, &body).await,
    };
    if let Some(revision) = outcome.revision {
        shared.store.durable(revision).await.map_err(ApiError::internal)?;
    }
    let is_status = target.verb == "delete" && outcome.raw.starts_with(b"{\"kind\":\"Status\"");
    let raw = if is_status {
        outcome.raw
    } else {
        representer(incoming, target, accepted)?.one(&outcome.raw, shared.clock.now())?
    };
    Ok(answer::with_warnings(answer::document(code, accepted, raw), &outcome.warnings))
}

fn writing<'a>(shared: &'a Shared, target: &'a ResourceTarget, options: &'a WriteOptions) -> Writing<'a> {
    let path = &target.path;
    Writing {
        shared,
        served: &target.served,
        namespace: &path.namespace,
        name: &path.name,
        subresource: &path.subresource,
        options,
    }
}

fn options(incoming: &Incoming, write: Write) -> Result<WriteOptions, ApiError> {
    write_options::read(&incoming.query, write, &incoming.user, &incoming.user_agent)
}

type Done = Result<(Outcome, u16), ApiError>;

fn create(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    content_type: ContentType,
    body: &Bytes,
) -> Done {
    let options = options(incoming, Write::Create)?;
    let writing = writing(shared, target, &options);
    if !target.path.subresource.is_empty() {
        let object = decode::untyped(body, content_type)?;
        return pipeline::create_subresource(&writing, &object).map(|outcome| (outcome, 201));
    }
    let mut decoded = decode::object(&target.served, body, content_type, options.validation)?;
    target.served.default(&mut decoded.object);
    let outcome = pipeline::create(&writing, decoded.object)?;
    Ok((with_warnings(outcome, decoded.warnings), 201))
}

fn update(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    content_type: ContentType,
    body: &Bytes,
) -> Done {
    let options = options(incoming, Write::Update)?;
    let writing = writing(shared, target, &options);
    if target.path.subresource == "scale" {
        let scale = decode::untyped(body, content_type)?;
        return pipeline::replace_scale(&writing, &scale).map(|outcome| (outcome, 200));
    }
    let mut decoded = decode::object(&target.served, body, content_type, options.validation)?;
    target.served.default(&mut decoded.object);
    let outcome = pipeline::replace(&writing, decoded.object)?;
    let code = if outcome.is_created { 201 } else { 200 };
    Ok((with_warnings(outcome, decoded.warnings), code))
}

fn patch(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    content_type: ContentType,
    body: &Bytes,
) -> Done {
    let ContentType::Patch(patch_type) = content_type else {
        let error = ApiError::new(415, "UnsupportedMediaType", "415: Unsupported Media Type");
        return Err(error.with_details(Details::default()));
    };
    if patch_type == PatchType::Strategic && target.served.resource.is_custom() {
        let message = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
        return Err(ApiError::new(415, "UnsupportedMediaType", message));
    }
    let write = if patch_type == PatchType::Apply { Write::Apply } else { Write::Patch };
    let mut options = options(incoming, write)?;
    let force = incoming.query.flag("force").unwrap_or_default();
    let patch = decode::patch(body, patch_type, force, &mut options)?;
    let writing = writing(shared, target, &options);
    let outcome = pipeline::patch(&writing, &patch)?;
    let code = if outcome.is_created { 201 } else { 200 };
    Ok((outcome, code))
}

fn delete(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    content_type: ContentType,
    body: &Bytes,
) -> Done {
    let (removal, options) = removal(incoming, content_type, body)?;
    let removed = pipeline::delete(&writing(shared, target, &options), &removal)?;
    let code = if !removed.is_gone && removal.orphan_dependents == Some(false) { 202 } else { 200 };
    Ok((removed.outcome, code))
}

fn removal(
    incoming: &Incoming,
    content_type: ContentType,
    body: &Bytes,
) -> Result<(pipeline::Removal, WriteOptions), ApiError> {
    let mut options = options(incoming, Write::Delete)?;
    let body = if body.is_empty() { None } else { Some(decode::untyped(body, content_type)?) };
    let (removal, is_dry_run) = write_options::removal(&incoming.query, body.as_ref())?;
    options.is_dry_run = is_dry_run;
    Ok((removal, options))
}

async fn delete_collection(
    shared: &Shared,
    incoming: &Incoming,
    target: &ResourceTarget,
    accepted: Accepted,
    content_type: ContentType,
    body: &Bytes,
) -> Answered {
    let (removal, options) = removal(incoming, content_type, body)?;
    let list_options = ListOptions::read(&incoming.query, &target.served, Purpose::List)?;
    let page = read::list(shared, &target.served, &target.path.namespace, &list_options, None)?;
    let name = |object: &object::Object| (object.namespace().unwrap_or_default().to_owned(), object.name().to_owned());
    let names: Vec<(String, String)> = page.items.iter().map(name).collect();
    let revision = pipeline::delete_collection(&writing(shared, target, &options), &names, &removal)?;
    if let Some(revision) = revision {
        shared.store.durable(revision).await.map_err(ApiError::internal)?;
    }
    let representer = representer(incoming, target, accepted)?;
    representer.check_list()?;
    let body = read::list_answer(shared, &target.served, &representer, page);
    Ok(answer::answer(200, "application/json", body))
}

fn with_warnings(outcome: Outcome, mut warnings: Vec<String>) -> Outcome {
    warnings.extend(outcome.warnings);
    Outcome { warnings, ..outcome }
}
