//! The ways into the pipeline: each write, then what follows from it for the resources that are served.

use super::create::create as create_object;
use super::definitions::after_write;
use super::delete::{self, Removed};
use super::modify;
use super::outcome::Outcome;
use super::patch::patch as patch_object;
use super::request::{Removal, Writing};
use super::scale;
use crate::error::ApiError;
use crate::verbs::Patch;
use serde_json::Value;

/// Creates `object`, decoded and defaulted in the version the request speaks.
pub fn create(writing: &Writing<'_>, object: Value) -> Result<Outcome, ApiError> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let outcome = create_object(writing, object)?;
    after_write(&Writing { name: &name, ..*writing });
    Ok(outcome)
}

/// Replaces an object, or the part of it that the subresource names.
pub fn replace(writing: &Writing<'_>, object: Value) -> Result<Outcome, ApiError> {
    let outcome = modify::replace(writing, object)?;
    after_write(writing);
    Ok(outcome)
}

/// Patches an object, the part of it that the subresource names, or its `Scale`.
pub fn patch(writing: &Writing<'_>, change: &Patch) -> Result<Outcome, ApiError> {
    let outcome = match writing.subresource {
        "scale" => scale::patch_scale(writing, change),
        _ => patch_object(writing, change),
    }?;
    after_write(writing);
    Ok(outcome)
}

/// Deletes the object, or marks it as to be deleted.
pub fn delete(writing: &Writing<'_>, removal: &Removal) -> Result<Removed, ApiError> {
    let removed = delete::delete(writing, removal)?;
    after_write(writing);
    Ok(removed)
}

/// Deletes these objects (namespace, name) one by one; what is gone meanwhile is passed over. Gives the revision to
/// wait for.
pub fn delete_collection(
    writing: &Writing<'_>,
    names: &[(String, String)],
    removal: &Removal,
) -> Result<Option<u64>, ApiError> {
    let mut revision = None;
    for (namespace, name) in names {
        let one = Writing { namespace, name, ..*writing };
        match delete(&one, removal) {
            Ok(removed) => revision = removed.outcome.revision.max(revision),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(revision)
}
