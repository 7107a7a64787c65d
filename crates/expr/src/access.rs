//! What is asked of a value: its members, items, parts, and whether something is in it.

use crate::builtin::maps::hashed;
use crate::builtin::{byte_value, int_of};
use crate::compare::equal;
use crate::error::{Outcome, Wrong};
use crate::methods;
use crate::print::shown;
use crate::types::{IntKind, MapType};
use crate::value::{Map, Value};
use budget::Budget;
use gotemplate::Text;

/// The member, item or entry of `base` that `property` names.
pub(crate) fn fetch(base: &Value, property: &Value) -> Outcome<Value> {
    let missing = || Wrong::new(format!("cannot fetch {} from {}", shown(property), base.type_name()));
    if let Value::String(name) = property
        && let Some(method) = methods::bound(base, name)
    {
        return Ok(Value::Function(method));
    }
    match base {
        Value::List(list) => Ok(list.items()[index(property, list.items().len())?].clone()),
        Value::String(text) | Value::Bytes(text) => Ok(byte_value(text.as_bytes()[index(property, text.len())?])),
        Value::Map(map) => {
            let key = check_key(map, property)?;
            Ok(map.get(&key).cloned().unwrap_or(Value::Nil))
        }
        _ => Err(missing()),
    }
}

fn index(property: &Value, length: usize) -> Outcome<usize> {
    let given = int_of(property)?;
    let from_start = if given < 0 { given.wrapping_add(length as i64) } else { given };
    usize::try_from(from_start)
        .ok()
        .filter(|at| *at < length)
        .ok_or_else(|| Wrong::new(format!("index out of range: {from_start} (array length is {length})")))
}

/// `key` as a key of `map`, whose keys may have to be of one type.
pub(crate) fn check_key(map: &Map, key: &Value) -> Outcome<Value> {
    let is_fit = match (map.map_type(), key) {
        (MapType::AnyKey | MapType::Groups, key) => return Ok(hashed(key.clone())?.value().clone()),
        (MapType::IntSet, Value::Nil) => return Ok(Value::int(0)),
        (_, Value::Nil) => return Ok(Value::String(Text::default())),
        (MapType::IntSet, Value::Int(integer)) => integer.kind == IntKind::Int,
        (MapType::Any | MapType::Strings | MapType::StringSet, Value::String(_)) => true,
        _ => false,
    };
    if is_fit {
        return Ok(key.clone());
    }
    let (given, wanted) = (key.type_name(), map.map_type().key());
    Err(Wrong::new(format!("reflect.Value.MapIndex: value of type {given} is not assignable to type {wanted}")))
}

/// Whether `needle` is one of what `value` holds.
pub(crate) fn is_in(needle: &Value, value: &Value, budget: &mut Budget) -> Outcome<bool> {
    match value {
        Value::Nil => Ok(false),
        Value::List(list) => {
            for item in list.items() {
                if equal(item, needle, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Bytes(bytes) => {
            for byte in bytes.as_bytes() {
                if equal(&byte_value(*byte), needle, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => Ok(map.get(&check_key(map, needle)?).is_some()),
        Value::Time(_) if matches!(needle, Value::String(_)) => Ok(false),
        Value::Time(_) => Err(Wrong::new(format!("cannot use {} as field name of time.Time", needle.type_name()))),
        other => Err(Wrong::new(format!("operator \"in\" not defined on {}", other.type_name()))),
    }
}

/// The length that a slice without an end has.
pub(crate) fn length(value: &Value) -> Outcome<i64> {
    Ok(match value {
        Value::List(list) => list.items().len(),
        Value::String(text) | Value::Bytes(text) => text.len(),
        Value::Map(map) => map.len(),
        other => return Err(Wrong::new(format!("invalid argument for len (type {})", other.type_name()))),
    } as i64)
}

/// The part of `base` between the two, counted from the end when negative.
pub(crate) fn slice(base: &Value, from: &Value, to: &Value) -> Outcome<Value> {
    let bounds = |length: usize| -> Outcome<(usize, usize)> {
        let length = length as i64;
        let (from, to) = (int_of(from)?, int_of(to)?);
        let from = if from < 0 { (from + length).max(0) } else { from };
        let to = if to < 0 { (to + length).max(0) } else { to }.min(length);
        Ok((from.min(to) as usize, to as usize))
    };
    match base {
        Value::List(list) => {
            let (from, to) = bounds(list.items().len())?;
            Value::list(list.list_type(), list.items()[from..to].to_vec()).map_err(Into::into)
        }
        Value::String(text) => {
            let (from, to) = bounds(text.len())?;
            Ok(Value::String(Text::copy_of(&text.as_bytes()[from..to])))
        }
        Value::Bytes(text) => {
            let (from, to) = bounds(text.len())?;
            Ok(Value::Bytes(Text::copy_of(&text.as_bytes()[from..to])))
        }
        _ => Err(Wrong::new(format!("cannot slice {}", shown(from)))),
    }
}
