//! Creation: names and metadata, ownership, admission, the kind's own preparation and rules, the commit.

use super::outcome::{Outcome, raw_in_version};
use super::request::{WriteOptions, Writing};
use super::{addresses, lifecycle, limits, metadata, ownership, pods, quota, review};
use crate::admission::{AdmissionRequest, Operation};
use crate::error::{ApiError, Cause};
use crate::store::{Change, CommitError, Encoded, Expect, Fate, object_key};
use kinds::CreateContext;
use serde_json::Value;

/// Generated names tried before giving up, as upstream does.
const NAME_TRIES: usize = 8;

/// Characters of randomness in a generated name, and the longest base they are put after.
const SUFFIX_LENGTH: usize = 5;
const GENERATED_BASE_MAX: usize = 63 - SUFFIX_LENGTH;

/// Creates `object`, decoded and defaulted in the version the request speaks.
pub fn create(writing: &Writing<'_>, mut object: Value) -> Result<Outcome, ApiError> {
    if let Some(answered) = review::answer(writing, &object) {
        return Ok(answered);
    }
    check_kind(writing, &object)?;
    let revision = metadata::text(&object, "resourceVersion").to_owned();
    metadata::strip_server_owned(&mut object);
    metadata::check_namespace(writing, &mut object)?;
    check_revision(&revision)?;
    ownership::note_update(writing, None, &mut object);
    create_owned(writing, object)
}

/// Creates an object whose managedFields are settled.
pub fn create_owned(writing: &Writing<'_>, mut object: Value) -> Result<Outcome, ApiError> {
    lifecycle::check_create(writing, metadata::text(&object, "name"))?;
    limits::admit(writing, &mut object)?;
    pods::admit(writing, &mut object)?;
    mutate(writing, &mut object)?;
    for _ in 1..NAME_TRIES {
        match create_once(writing, object.clone()) {
            Err(error) if error.is_already_exists() && is_generated(&object) => {}
            decided => return decided,
        }
    }
    create_once(writing, object)
}

fn is_generated(object: &Value) -> bool {
    metadata::text(object, "name").is_empty() && !metadata::text(object, "generateName").is_empty()
}

/// An object of another kind is refused by upstream's validation of custom resources, not by its decoder.
fn check_kind(writing: &Writing<'_>, object: &Value) -> Result<(), ApiError> {
    let expected = writing.served.resource.kind();
    let given = object.get("kind").and_then(Value::as_str).unwrap_or(expected);
    if given == expected {
        return Ok(());
    }
    let cause = Cause {
        reason: "FieldValueInvalid".to_owned(),
        message: format!("Invalid value: {given:?}: must be {expected}"),
        field: "kind".to_owned(),
    };
    let group = writing.served.resource.group();
    Err(ApiError::invalid(group, given, metadata::text(object, "name"), vec![cause]))
}

fn check_revision(revision: &str) -> Result<(), ApiError> {
    // Compat: only a revision that reads as a number other than 0 is refused, and without a reason.
    match revision.parse::<u64>() {
        Ok(revision) if revision != 0 => {
            Err(ApiError::new(500, "", "resourceVersion should not be set on objects to be created"))
        }
        _ => Ok(()),
    }
}

fn create_once(writing: &Writing<'_>, mut object: Value) -> Result<Outcome, ApiError> {
    let Writing { shared, served, .. } = writing;
    fill_metadata(writing, &mut object);
    served.resource.convert(&mut object, &served.resource.storage_gvk());
    let uid = metadata::text(&object, "uid").to_owned();
    let now = metadata::text(&object, "creationTimestamp").to_owned();
    let user = user_info(writing.options);
    served.prepare_create(&mut object, &CreateContext { uid: &uid, now: &now, user: &user });
    let name = metadata::text(&object, "name").to_owned();
    let errors = served.validate_create(&object);
    if !errors.is_empty() {
        return Err(served.resource.invalid(&name, errors));
    }
    quota::check_create(writing, &object)?;
    let reserved = addresses::reserve(writing, &mut object, None)?;
    validate(writing, &object)?;
    let warnings = served.warnings(&object, None);
    let store_name = served.resource.store_name();
    let key = object_key(writing.namespace, &name);
    if writing.options.is_dry_run {
        if shared.store.get(&store_name, &key).is_some() {
            return Err(taken(writing, &key, &name));
        }
        let raw = raw_in_version(served, &Encoded::plain(&object));
        return Ok(Outcome { raw, is_created: true, revision: None, warnings });
    }
    let encoded = Encoded::new(&object);
    let change =
        Change { resource: &store_name, key: &key, expect: Expect::Absent, object: &encoded, fate: Fate::Keep };
    let event = shared.store.commit(&change).map_err(|error| match error {
        CommitError::Exists => taken(writing, &key, &name),
        other => ApiError::internal(other),
    })?;
    reserved.keep();
    let raw = raw_in_version(served, event.object.raw());
    Ok(Outcome { raw, is_created: true, revision: Some(event.revision), warnings })
}

fn taken(writing: &Writing<'_>, key: &str, name: &str) -> ApiError {
    let resource = &writing.served.resource;
    let error = ApiError::already_exists(&resource.name(), name);
    let present = writing.shared.store.get(&resource.store_name(), key);
    if !present.is_some_and(|entry| entry.object.meta().is_terminating()) {
        return error;
    }
    let message = format!("object is being deleted: {}", error.message());
    ApiError::new(409, "AlreadyExists", message).with_details(crate::error::about(&resource.name(), name))
}

/// A writer as a `UserInfo`.
pub fn user_info(options: &WriteOptions) -> Value {
    options.user.info()
}

fn fill_metadata(writing: &Writing<'_>, object: &mut Value) {
    let shared = writing.shared;
    metadata::strip_server_owned(object);
    let name = metadata::text(object, "name");
    let generated = if name.is_empty() {
        Some(metadata::text(object, "generateName")).filter(|base| !base.is_empty()).map(|base| {
            let end = (0..=GENERATED_BASE_MAX.min(base.len())).rev().find(|end| base.is_char_boundary(*end));
            let suffix = shared.draw("names", |random| random.name_suffix(SUFFIX_LENGTH));
            format!("{}{suffix}", &base[..end.unwrap_or_default()])
        })
    } else {
        None
    };
    let metadata = metadata::metadata_mut(object);
    if let Some(name) = generated {
        metadata.insert("name".to_owned(), name.into());
    }
    metadata.insert("uid".to_owned(), shared.draw("uids", clock::Random::uuid).into());
    metadata.insert("creationTimestamp".to_owned(), shared.now_text().into());
}

fn mutate(writing: &Writing<'_>, object: &mut Value) -> Result<(), ApiError> {
    let hooks = writing.shared.admission();
    if hooks.is_empty() {
        return Ok(());
    }
    let name = metadata::text(object, "name").to_owned();
    let resource = writing.served.resource.name();
    hooks.iter().try_for_each(|hook| hook.mutate(&request(writing, &resource, &name), object))
}

fn validate(writing: &Writing<'_>, object: &Value) -> Result<(), ApiError> {
    let hooks = writing.shared.admission();
    let name = metadata::text(object, "name");
    let resource = writing.served.resource.name();
    hooks.iter().try_for_each(|hook| hook.validate(&request(writing, &resource, name), object))
}

fn request<'a>(
    writing: &Writing<'a>,
    resource: &'a crate::group_resource::GroupResource,
    name: &'a str,
) -> AdmissionRequest<'a> {
    AdmissionRequest {
        operation: Operation::Create,
        resource,
        version: &writing.served.version,
        namespace: writing.namespace,
        name,
        subresource: writing.subresource,
        user: &writing.options.user.name,
        old: None,
        is_dry_run: writing.options.is_dry_run,
    }
}
