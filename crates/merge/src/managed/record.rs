//! What ordinary writes leave behind: create, update, and all patches but apply.

use super::cap::cap_updaters;
use super::entries::{
    Manager, Managers, Operation, Owned, decode, entries_of, set_entries, strip_entries, without_entries,
};
use super::updater::{Updater, Versioned};
use super::write::Write;
use crate::fields::Set;
use crate::typed::{Duplicates, validate};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The name of a manager that gives none.
const UNKNOWN: &str = "unknown";

/// Fields that say which object this is, or that the server sets: nobody owns them.
static IDENTITY: LazyLock<Set> = LazyLock::new(|| {
    Set::of(&[
        "apiVersion",
        "kind",
        "metadata",
        "metadata.name",
        "metadata.namespace",
        "metadata.creationTimestamp",
        "metadata.selfLink",
        "metadata.uid",
        "metadata.clusterName",
        "metadata.generation",
        "metadata.managedFields",
        "metadata.resourceVersion",
    ])
});

pub(super) fn without_identity(set: &Set) -> Set {
    set.difference(&IDENTITY)
}

pub(super) fn owner(write: &Write<'_>, operation: Operation) -> Manager {
    let name = if write.manager.is_empty() { UNKNOWN } else { write.manager };
    let api_version = if operation == Operation::Apply { "" } else { write.api_version };
    Manager {
        name: name.to_owned(),
        operation,
        api_version: api_version.to_owned(),
        subresource: write.subresource.to_owned(),
    }
}

/// Records in `new` who set what, by a write that changes `live` into it. `live` is the object before, `None` at its
/// creation; both are in the version of the request and defaulted.
///
/// The managers that `new` came with count only on the object itself, not on a subresource; `[{}]` or `[]` forgets
/// all. An object without managers gets none unless it is created now. What does not fit its type keeps the managers
/// of `live`.
#[must_use]
pub fn record_update(live: Option<&Value>, new: Value, write: &Write<'_>) -> Value {
    let managers = managers_before(live, &new, write);
    let mut new = new;
    strip_entries(&mut new);
    if managers.is_empty() && live.is_some() {
        return new;
    }
    let base = match live {
        None => empty_of(write),
        Some(live) => without_entries(live),
    };
    match update(&base, &new, managers, write) {
        Some(managers) => set_entries(&mut new, &managers),
        None => restore_entries(live, &mut new),
    }
    new
}

/// What an object is written over that does not exist: what servers write of an object of which nothing is set, so
/// that fields which are always there belong to nobody until somebody gives them a value.
pub(super) fn empty_of(write: &Write<'_>) -> Value {
    let ty = write.versions.type_of(write.api_version);
    let mut empty = ty.map_or_else(|| Value::Object(Map::new()), |ty| schema::empty_object(&ty));
    empty["apiVersion"] = Value::from(write.api_version);
    empty["kind"] = Value::from(write.kind);
    empty
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value == ""
}

fn managers_before(live: Option<&Value>, new: &Value, write: &Write<'_>) -> Managers {
    let of_live = || decode(live.and_then(entries_of).unwrap_or_default()).unwrap_or_default();
    if !write.subresource.is_empty() {
        return of_live();
    }
    match entries_of(new) {
        None => of_live(),
        Some([]) => Managers::new(),
        Some([only]) if is_empty_entry(only) => Managers::new(),
        Some(entries) => match decode(entries) {
            Ok(managers) if !managers.is_empty() => managers,
            _ => of_live(),
        },
    }
}

fn is_empty_entry(entry: &Value) -> bool {
    entry.as_object().is_some_and(|entry| entry.values().all(is_blank))
}

fn restore_entries(live: Option<&Value>, new: &mut Value) {
    let entries = live.and_then(|live| live.get("metadata")).and_then(|metadata| metadata.get("managedFields"));
    if let (Some(entries), Some(metadata)) = (entries, new.get_mut("metadata").and_then(Value::as_object_mut)) {
        metadata.insert("managedFields".to_owned(), entries.clone());
    }
}

/// The managers after the write; `None` when an object does not fit its type.
fn update(base: &Value, new: &Value, managers: Managers, write: &Write<'_>) -> Option<Managers> {
    let ty = write.versions.type_of(write.api_version)?;
    validate(new, &ty, Duplicates::Allowed).ok()?;
    // The write is recorded under a name nobody has, so that what the manager owned before stays its own.
    let current = Manager { name: String::new(), ..owner(write, Operation::Update) };
    let updater = Updater { versions: write.versions, ignored: write.ignored };
    let old = Versioned { value: base, api_version: write.api_version };
    let mut managers = updater.update(&old, new, managers, &current);
    if let Some(Owned { set, api_version, .. }) = managers.remove(&current) {
        let own = owner(write, Operation::Update);
        let mut set = without_identity(&set);
        if let Some(before) = managers.get(&own) {
            set.add(&before.set);
        }
        if !set.is_empty() {
            managers.insert(own, Owned { set, api_version, time: Some(write.now.to_owned()) });
        }
    }
    Some(cap_updaters(managers))
}
