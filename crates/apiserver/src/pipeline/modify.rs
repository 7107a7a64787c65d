//! Changes of an object that is there: read, change, check, commit; again from the start when somebody else was
//! faster and the writer did not insist on a revision. Start reading at [`modify`].

use super::outcome::{Outcome, raw_in_version};
use super::request::Writing;
use super::{addresses, create, lifecycle, metadata, ownership};
use crate::admission::{AdmissionRequest, Operation};
use crate::error::{ApiError, Cause};
use crate::store::{Change, CommitError, Encoded, Entry, Expect, Fate, object_key};
use kinds::Part;
use serde_json::Value;

/// How often a change is tried anew before the conflict is told, as upstream does.
const CONFLICT_TRIES: usize = 5;

/// Replaces an object, or the part of it that the subresource names.
pub fn replace(writing: &Writing<'_>, mut object: Value) -> Result<Outcome, ApiError> {
    check_name(writing, &object)?;
    metadata::check_namespace(writing, &mut object)?;
    let missing = writing.shared.store.get(&writing.served.resource.store_name(), &stored_key(writing)).is_none();
    if missing && writing.subresource.is_empty() && writing.served.resource.creates_on_update() {
        return create::create(writing, object);
    }
    modify(writing, part_of(writing), &mut |live| {
        let mut new = object.clone();
        check_uid(writing, live, &new)?;
        ownership::note_update(writing, Some(live), &mut new);
        Ok(new)
    })
}

/// The object must bear the name of the path.
pub fn check_name(writing: &Writing<'_>, object: &Value) -> Result<(), ApiError> {
    let name = metadata::text(object, "name");
    if name == writing.name {
        return Ok(());
    }
    let on_url = writing.name;
    Err(ApiError::bad_request(if name.is_empty() {
        format!("the name of the object ({on_url} based on URL) was undeterminable: name must be provided")
    } else {
        format!("the name of the object ({name}) does not match the name on the URL ({on_url})")
    }))
}

/// The part of the object a write through this subresource may change.
pub fn part_of<'a>(writing: &Writing<'a>) -> Part<'a> {
    match writing.subresource {
        "" | "scale" => Part::Whole,
        "status" => Part::Status,
        other => Part::Other(other),
    }
}

/// Where the object stands in the store.
pub fn stored_key(writing: &Writing<'_>) -> Box<str> {
    object_key(if writing.served.resource.is_namespaced() { writing.namespace } else { "" }, writing.name)
}

/// Changes the object: `change` gives the new state from the live one, both in the version the request speaks.
pub fn modify(
    writing: &Writing<'_>,
    part: Part<'_>,
    change: &mut dyn FnMut(&Value) -> Result<Value, ApiError>,
) -> Result<Outcome, ApiError> {
    let store_name = writing.served.resource.store_name();
    let key = stored_key(writing);
    for _ in 0..CONFLICT_TRIES {
        let entry = writing.shared.store.get(&store_name, &key).ok_or_else(|| writing.not_found())?;
        let stored = entry.object.value();
        let new = if stored["apiVersion"] == *writing.gvk().api_version() {
            change(&stored)?
        } else {
            let mut live = stored.clone();
            writing.served.resource.convert(&mut live, &writing.gvk());
            change(&live)?
        };
        let proposal = Proposal { entry: &entry, stored: &stored, key: &key };
        if let Some(outcome) = settle(writing, part, &proposal, new)? {
            return Ok(outcome);
        }
    }
    Err(ApiError::modified(&writing.served.resource.name(), writing.name))
}

struct Proposal<'a> {
    entry: &'a Entry,
    stored: &'a Value,
    key: &'a str,
}

/// Checks and commits the new state; `None` when somebody else was faster.
fn settle(
    writing: &Writing<'_>,
    part: Part<'_>,
    proposal: &Proposal<'_>,
    mut new: Value,
) -> Result<Option<Outcome>, ApiError> {
    let Writing { served, .. } = writing;
    check_revision(writing, proposal, &new)?;
    admit(writing, Phase::Mutate, proposal.stored, &mut new)?;
    served.resource.convert(&mut new, &served.resource.storage_gvk());
    metadata::keep_server_owned(&mut new, proposal.stored);
    served.prepare_update(part, &mut new, proposal.stored);
    let errors = served.validate_update(part, &new, proposal.stored);
    if !errors.is_empty() {
        return Err(served.resource.invalid(writing.name, errors));
    }
    let reserved = addresses::reserve(writing, &mut new, Some(proposal.stored))?;
    admit(writing, Phase::Validate, proposal.stored, &mut new)?;
    let warnings = served.warnings(&new, Some(proposal.stored));
    ownership::restore_times(proposal.stored, &mut new);
    let outcome = commit(writing, proposal, &new)?;
    if outcome.is_some() {
        reserved.keep();
    }
    Ok(outcome.map(|outcome| Outcome { warnings, ..outcome }))
}

/// A replacement that names a uid means that very object.
fn check_uid(writing: &Writing<'_>, live: &Value, new: &Value) -> Result<(), ApiError> {
    let (uid, current) = (metadata::text(new, "uid"), metadata::text(live, "uid"));
    if uid.is_empty() || uid == current {
        return Ok(());
    }
    let path = format!("/registry/{}/{}", registry_path(writing), stored_key(writing));
    let cause = format!(
        "StorageError: invalid object, Code: 4, Key: {path}, ResourceVersion: 0, AdditionalErrorMsg: \
         Precondition failed: UID in precondition: {uid}, UID in object meta: {current}"
    );
    Err(ApiError::conflict(&writing.served.resource.name(), writing.name, &cause))
}

fn check_revision(writing: &Writing<'_>, proposal: &Proposal<'_>, new: &Value) -> Result<(), ApiError> {
    let name = writing.served.resource.name();
    match metadata::text(new, "resourceVersion") {
        "" if writing.served.resource.allows_unconditional_update() => Ok(()),
        "" => {
            let cause = Cause {
                reason: "FieldValueInvalid".to_owned(),
                message: "Invalid value: 0: must be specified for an update".to_owned(),
                field: "metadata.resourceVersion".to_owned(),
            };
            let resource = &writing.served.resource;
            Err(ApiError::invalid(resource.group(), resource.kind(), writing.name, vec![cause]))
        }
        given => match given.parse::<u64>() {
            Ok(0) => Ok(()),
            Ok(revision) if revision == proposal.entry.revision => Ok(()),
            Ok(_) => Err(ApiError::modified(&name, writing.name)),
            Err(_) => Err(ApiError::new(500, "", format!("strconv.ParseUint: parsing \"{given}\": invalid syntax"))),
        },
    }
}

/// Where etcd would keep the resource; clients see it in one message only.
pub fn registry_path(writing: &Writing<'_>) -> String {
    let resource = &writing.served.resource;
    if resource.is_custom() {
        format!("{}/{}", resource.group(), resource.plural())
    } else {
        resource.plural().to_owned()
    }
}

#[derive(Clone, Copy)]
enum Phase {
    Mutate,
    Validate,
}

fn admit(writing: &Writing<'_>, phase: Phase, old: &Value, new: &mut Value) -> Result<(), ApiError> {
    let hooks = writing.shared.admission();
    let resource = writing.served.resource.name();
    let request = AdmissionRequest {
        operation: Operation::Update,
        resource: &resource,
        version: &writing.served.version,
        namespace: writing.namespace,
        name: writing.name,
        subresource: writing.subresource,
        user: &writing.options.user.name,
        old: Some(old),
        is_dry_run: writing.options.is_dry_run,
    };
    hooks.iter().try_for_each(|hook| match phase {
        Phase::Mutate => hook.mutate(&request, new),
        Phase::Validate => hook.validate(&request, new),
    })
}

/// Commits the new state, or the removal that was only waiting for it; nothing when nothing changes.
fn commit(writing: &Writing<'_>, proposal: &Proposal<'_>, new: &Value) -> Result<Option<Outcome>, ApiError> {
    let Proposal { entry, key, .. } = *proposal;
    let encoded = Encoded::new(new);
    let unchanged = encoded.same_but_revision(entry.object.raw(), entry.revision);
    let answer = |raw: &bytes::Bytes, revision| Outcome {
        raw: raw_in_version(writing.served, raw),
        is_created: false,
        revision,
        warnings: Vec::new(),
    };
    if unchanged {
        // Somebody may still wait to see the state that was read become durable.
        return Ok(Some(answer(entry.object.raw(), Some(entry.revision))));
    }
    if writing.options.is_dry_run {
        return Ok(Some(answer(&encoded.with_revision(entry.revision), None)));
    }
    let fate = if is_released(writing, new) { Fate::Remove } else { Fate::Keep };
    let store_name = writing.served.resource.store_name();
    let expect = Expect::Revision(entry.revision);
    // What goes is seen by watches as it last was, under the revision at which it went.
    let last = (fate == Fate::Remove).then(|| Encoded::new(proposal.stored));
    let object = last.as_ref().unwrap_or(&encoded);
    let change = Change { resource: &store_name, key, expect, object, fate };
    match writing.shared.store.commit(&change) {
        // Compat: the answer to the write that lets an object go bears the revision from before.
        Ok(event) if fate == Fate::Remove => {
            Ok(Some(answer(&encoded.with_revision(entry.revision), Some(event.revision))))
        }
        Ok(event) => Ok(Some(answer(event.object.raw(), Some(event.revision)))),
        Err(CommitError::Changed | CommitError::Missing) => Ok(None),
        Err(other) => Err(ApiError::internal(other)),
    }
}

/// Whether the object was only waiting for this change to go away.
fn is_released(writing: &Writing<'_>, new: &Value) -> bool {
    if !metadata::is_terminating(new) || !metadata::finalizers(new).is_empty() {
        return false;
    }
    let grace = new.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64);
    let is_namespace = writing.served.resource.name() == crate::group_resource::resources::NAMESPACES;
    grace.unwrap_or_default() == 0 && !(is_namespace && lifecycle::holds_content(new))
}
