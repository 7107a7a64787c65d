//! Patches of all four kinds; server-side apply creates what is missing.

use super::modify::{check_name, modify, part_of, stored_key};
use super::outcome::Outcome;
use super::request::Writing;
use super::{create, decode, metadata, ownership};
use crate::error::{ApiError, Details};
use crate::resource::Resource;
use crate::verbs::Patch;
use merge::json_patch::JsonPatchError;
use merge::managed::Force;
use merge::strategic::StrategicError;
use schema::{Schema, TypeRef};
use serde_json::Value;

/// Patches the object, or the part of it that the subresource names.
pub fn patch(writing: &Writing<'_>, patch: &Patch) -> Result<Outcome, ApiError> {
    match patch {
        Patch::Apply(applied) => apply(writing, applied, Force::No),
        Patch::ForceApply(applied) => apply(writing, applied, Force::Yes),
        patch => with_notes(|notes| {
            modify(writing, part_of(writing), &mut |live| {
                let mut new = patched(live, patch, type_of(writing).as_ref())?;
                *notes = decode::fit_patched(writing, &mut new, patch)?;
                check_place(writing, &mut new)?;
                writing.served.default(&mut new);
                ownership::note_update(writing, Some(live), &mut new);
                Ok(new)
            })
        }),
    }
}

/// Adds what was noted along the way to the warnings.
fn with_notes(act: impl FnOnce(&mut Vec<String>) -> Result<Outcome, ApiError>) -> Result<Outcome, ApiError> {
    let mut notes = Vec::new();
    let outcome = act(&mut notes)?;
    notes.extend(outcome.warnings);
    Ok(Outcome { warnings: notes, ..outcome })
}

fn type_of(writing: &Writing<'_>) -> Option<TypeRef> {
    match &writing.served.resource {
        Resource::BuiltIn(kind) => Schema::builtin().of(&writing.gvk().api_version(), kind.kind),
        Resource::Custom(_) => None,
    }
}

fn apply(writing: &Writing<'_>, applied: &Value, force: Force) -> Result<Outcome, ApiError> {
    let store_name = writing.served.resource.store_name();
    if writing.shared.store.get(&store_name, &stored_key(writing)).is_none() {
        if !writing.subresource.is_empty() {
            return Err(writing.not_found());
        }
        return create_applied(writing, applied, force);
    }
    with_notes(|notes| {
        modify(writing, part_of(writing), &mut |live| {
            let mut new = ownership::apply(writing, Some(live), applied, force)?;
            check_place(writing, &mut new)?;
            *notes = decode::fit_patched(writing, &mut new, &Patch::Apply(Value::Null))?;
            writing.served.default(&mut new);
            Ok(new)
        })
    })
}

fn create_applied(writing: &Writing<'_>, applied: &Value, force: Force) -> Result<Outcome, ApiError> {
    let mut new = ownership::apply(writing, None, applied, force)?;
    check_place(writing, &mut new)?;
    let uid = metadata::text(&new, "uid");
    if !uid.is_empty() {
        let cause = format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        return Err(ApiError::conflict(&writing.served.resource.name(), writing.name, &cause));
    }
    with_notes(|notes| {
        *notes = decode::fit_patched(writing, &mut new, &Patch::Apply(Value::Null))?;
        writing.served.default(&mut new);
        create::create_owned(writing, new)
    })
}

fn check_place(writing: &Writing<'_>, new: &mut Value) -> Result<(), ApiError> {
    check_name(writing, new)?;
    metadata::check_namespace(writing, new)
}

/// The live object with a patch other than apply. A strategic one needs the type.
pub fn patched(live: &Value, patch: &Patch, ty: Option<&TypeRef>) -> Result<Value, ApiError> {
    match patch {
        Patch::Json(operations) => merge::json_patch::apply(live, operations).map_err(json_refusal),
        Patch::Merge(changes) => Ok(merge::merge_patch::apply(live, changes)),
        Patch::Strategic(changes) => {
            merge::strategic::apply(live, changes, ty.unwrap_or(&TypeRef::Deduced)).map_err(strategic_refusal)
        }
        Patch::Apply(_) | Patch::ForceApply(_) => Err(ApiError::internal("an apply has no patched form")),
    }
}

fn json_refusal(error: JsonPatchError) -> ApiError {
    match error {
        JsonPatchError::Malformed(_) => ApiError::bad_request(error.to_string()),
        JsonPatchError::TooManyOperations(_) => ApiError::new(413, "RequestEntityTooLarge", error.to_string()),
        // Compat: upstream does not say what is wrong.
        _ => ApiError::new(422, "Invalid", "the server rejected our request due to an error in our request")
            .with_details(Details::default()),
    }
}

fn strategic_refusal(error: StrategicError) -> ApiError {
    match error.status() {
        400 => ApiError::bad_request(error.to_string()),
        422 => ApiError::new(422, "Invalid", error.to_string()).with_details(Details::default()),
        code => ApiError::new(code, "", error.to_string()),
    }
}
