//! Server-side apply.

use super::conflict::Conflicts;
use super::entries::{EntryError, Manager, Managers, Operation, Owned, decode, entries_of, set_entries, strip_entries};
use super::last_applied;
use super::record::{empty_of, owner, without_identity};
use super::updater::{Applied, Taking, Updater, Versioned};
use super::write::Write;
use crate::typed::{Duplicates, TypeErrors, validate};
use schema::TypeRef;
use serde_json::{Value, json};

/// Who owns the fields of an object that was never recorded, when it is first applied.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// What happens to fields that somebody else owns with another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// They are taken.
    Yes,
    /// The apply is refused.
    No,
}

/// Why an apply is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The body is of another kind or version than the request; answered with 400.
    #[error("invalid object type: {0}")]
    ObjectType(String),
    /// The body has `managedFields`; answered with 400.
    #[error("metadata.managedFields must be nil")]
    ManagedFields,
    /// The kind has no type in the version of the request; answered with 500.
    #[error("no corresponding type for {0}")]
    NoType(String),
    /// The recorded managers cannot be read; answered with 500.
    #[error("failed to decode managed fields: {0}")]
    Entries(#[from] EntryError),
    /// The applied object does not fit the type; answered with 500.
    #[error("failed to create typed patch object ({0}): {1}")]
    Patch(String, TypeErrors),
    /// The object as it is does not fit the type; answered with 500.
    #[error("failed to create typed live object ({0}): {1}")]
    Live(String, TypeErrors),
    /// Somebody else owns fields; answered with 409.
    #[error("{0}")]
    Conflicts(Conflicts),
}

/// Applies `applied` over `live` and records it. `live` is the object as it is, in the version of the request, or
/// `None` when it is to be created.
///
/// The result still wants defaulting and validation. When it equals `live` but for `managedFields`, nothing was set.
///
/// # Errors
/// As [`ApplyError`] says.
pub fn apply(live: Option<&Value>, applied: &Value, force: Force, write: &Write<'_>) -> Result<Value, ApplyError> {
    check_kind(applied, write)?;
    let managers = decode(live.and_then(entries_of).unwrap_or_default())?;
    let mut base = live.cloned().unwrap_or_else(|| nothing(write));
    strip_entries(&mut base);
    let managers = match live {
        Some(_) => before_first_apply(&base, managers, write),
        None => managers,
    };
    let (object, managers) = apply_as(&base, applied, managers, force, write)?;
    let mut object = object.unwrap_or(base);
    if write.manager == last_applied::MANAGER {
        last_applied::renew(&mut object, applied);
    }
    set_entries(&mut object, &managers);
    Ok(object)
}

/// What an object is applied over that does not exist.
fn nothing(write: &Write<'_>) -> Value {
    json!({"apiVersion": write.api_version, "kind": write.kind})
}

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn check_kind(applied: &Value, write: &Write<'_>) -> Result<(), ApplyError> {
    let (api_version, kind) = (text(applied, "apiVersion"), text(applied, "kind"));
    if api_version != write.api_version || kind != write.kind {
        return Err(ApplyError::ObjectType(show_kind(api_version, kind)));
    }
    match applied.get("metadata").and_then(|metadata| metadata.get("managedFields")) {
        None | Some(Value::Null) => Ok(()),
        Some(_) => Err(ApplyError::ManagedFields),
    }
}

fn describe(object: &Value) -> String {
    let metadata = |key: &str| object.get("metadata").map(|metadata| text(metadata, key)).unwrap_or_default();
    let kind = show_kind(text(object, "apiVersion"), text(object, "kind"));
    format!("{}/{}; {kind}", metadata("namespace"), metadata("name"))
}

/// Compat: the group of core kinds is empty, and shown.
fn show_kind(api_version: &str, kind: &str) -> String {
    let slash = if api_version.contains('/') { "" } else { "/" };
    format!("{slash}{api_version}, Kind={kind}")
}

/// An object nobody is recorded for gets an owner of all it has, so that an apply may conflict with it.
fn before_first_apply(live: &Value, managers: Managers, write: &Write<'_>) -> Managers {
    if !managers.is_empty() {
        return managers;
    }
    let own = Manager { name: BEFORE_FIRST_APPLY.to_owned(), ..owner(write, Operation::Update) };
    let updater = Updater { versions: write.versions, ignored: write.ignored };
    let old = Versioned { value: &empty_of(write), api_version: write.api_version };
    let mut managers = updater.update(&old, live, managers, &own);
    if let Some(owned) = managers.remove(&own) {
        let set = without_identity(&owned.set);
        if !set.is_empty() {
            managers.insert(own, Owned { set, time: Some(write.now.to_owned()), ..owned });
        }
    }
    managers
}

type Outcome = (Option<Value>, Managers);

fn apply_as(
    live: &Value,
    applied: &Value,
    managers: Managers,
    force: Force,
    write: &Write<'_>,
) -> Result<Outcome, ApplyError> {
    let ty = write.versions.type_of(write.api_version);
    let ty = ty.ok_or_else(|| ApplyError::NoType(show_kind(write.api_version, write.kind)))?;
    validate(applied, &ty, Duplicates::Refused).map_err(|errors| ApplyError::Patch(describe(applied), errors))?;
    validate(live, &ty, Duplicates::Allowed).map_err(|errors| ApplyError::Live(describe(live), errors))?;
    let taking = if force == Force::Yes { Taking::Forced } else { Taking::Refused };
    let attempt = |taking| apply_once(live, applied, managers.clone(), taking, write);
    match attempt(taking) {
        Ok(outcome) => Ok(outcome),
        Err(conflicts) => match allowed(live, conflicts, &ty, write) {
            Ok(()) => attempt(Taking::Forced).map_err(ApplyError::Conflicts),
            Err(conflicts) => Err(ApplyError::Conflicts(conflicts)),
        },
    }
}

/// Whether kubectl may take all these fields because it set them before, client-side; otherwise those it may not.
fn allowed(live: &Value, conflicts: Conflicts, ty: &TypeRef, write: &Write<'_>) -> Result<(), Conflicts> {
    if write.manager != last_applied::MANAGER {
        return Err(conflicts);
    }
    let Some(mine) = last_applied::still_set(live, ty, write.api_version) else { return Err(conflicts) };
    let rest: Vec<_> = conflicts.0.into_iter().filter(|conflict| !mine.contains(&conflict.path)).collect();
    if rest.is_empty() { Ok(()) } else { Err(Conflicts(rest)) }
}

fn apply_once(
    live: &Value,
    applied: &Value,
    managers: Managers,
    taking: Taking,
    write: &Write<'_>,
) -> Result<Outcome, Conflicts> {
    let own = owner(write, Operation::Apply);
    let updater = Updater { versions: write.versions, ignored: write.ignored };
    let live = Versioned { value: live, api_version: write.api_version };
    let Applied { object, mut managers } = updater.apply(&live, applied, managers, &own, taking)?;
    if let Some(mut owned) = managers.remove(&own) {
        owned.set = without_identity(&owned.set);
        // Compat: an apply that changes nothing keeps the time, even that of a manager it records anew, which has none.
        if object.is_some() {
            owned.time = Some(write.now.to_owned());
        }
        if !owned.set.is_empty() {
            managers.insert(own, owned);
        }
    }
    Ok((object, managers))
}
