//! Fields taken out of a value, or all but these.

use super::form::{Form, form, is_atomic};
use super::item::item_step;
use crate::fields::{PathElement, Set};
use schema::{ListType, MapType, Type};
use serde_json::{Map, Value};

/// The value without the fields and items of `set`. What `set` takes fields from and becomes empty by it stays, empty;
/// a value of which nothing remains otherwise is null.
#[must_use]
pub fn remove(value: &Value, set: &Set, ty: &Type) -> Value {
    walk(value, set, ty, Mode::Remove)
}

/// Only the fields and items of `set`, with the structs they are in; null when nothing remains. Key fields of list
/// items are kept only when the set names them.
#[must_use]
pub fn extract(value: &Value, set: &Set, ty: &Type) -> Value {
    walk(value, set, ty, Mode::Extract)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Remove,
    Extract,
}

/// Compat: what is walked into and is empty, one value, or of another form than the type's comes out as null when
/// fields are removed, and whole when they are extracted.
fn walk(value: &Value, set: &Set, ty: &Type, mode: Mode) -> Value {
    let whole = || if mode == Mode::Extract { value.clone() } else { Value::Null };
    match (form(ty, value), value) {
        (Some(Form::Scalar(_)), _) => value.clone(),
        (Some(Form::List(list)), Value::Array(items)) if items.is_empty() || is_atomic(list) => whole(),
        (Some(Form::List(list)), Value::Array(items)) => walk_list(items, set, list, mode),
        (Some(Form::Map(map)), Value::Object(entries)) if entries.is_empty() || map.atomic => whole(),
        (Some(Form::Map(map)), Value::Object(entries)) => walk_map(entries, set, map, mode),
        _ => Value::Null,
    }
}

/// A part that fields are removed from stays when that empties it.
fn walk_part(value: &Value, set: &Set, ty: &Type, mode: Mode) -> Value {
    match (walk(value, set, ty, mode), value) {
        (Value::Null, Value::Object(_)) if mode == Mode::Remove => Value::Object(Map::new()),
        (Value::Null, Value::Array(_)) if mode == Mode::Remove => Value::Array(Vec::new()),
        (walked, _) => walked,
    }
}

fn walk_list(items: &[Value], set: &Set, list: &ListType, mode: Mode) -> Value {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let Ok(step) = item_step(list, item) else {
            if mode == Mode::Remove {
                out.push(item.clone());
            }
            continue;
        };
        let below = set.below(&step);
        let walked = || below.map_or_else(|| item.clone(), |below| walk_part(item, below, &list.items, mode));
        match mode {
            Mode::Extract if set.has(&step) || below.is_some() => out.push(walked()),
            Mode::Remove if !set.has(&step) => out.push(walked()),
            Mode::Extract | Mode::Remove => {}
        }
    }
    if out.is_empty() { Value::Null } else { Value::Array(out) }
}

fn walk_map(entries: &Map<String, Value>, set: &Set, map: &MapType, mode: Mode) -> Value {
    let mut out = Map::new();
    for (name, value) in entries {
        let step = PathElement::field(name);
        let below = set.below(&step);
        let kept = match (mode, set.has(&step), below) {
            (Mode::Remove, true, _) | (Mode::Extract, false, None) => continue,
            (Mode::Remove, false, None) => None,
            // Compat: below a field that is a member itself the set of its parent is used.
            (Mode::Extract, true, _) => Some(set),
            (_, false, Some(below)) => Some(below),
        };
        let kept = kept.zip(map.child(name)).map(|(set, ty)| walk_part(value, set, ty, mode));
        out.insert(name.clone(), kept.unwrap_or_else(|| value.clone()));
    }
    if out.is_empty() { Value::Null } else { Value::Object(out) }
}
