//! Maps: their keys, values and pairs.

use super::define::{Call, Checking, Definition, items, kind_name, one, wrong_count};
use super::numbers::go_name;
use crate::error::{Outcome, Wrong};
use crate::print::shown;
use crate::types::{ListType, MapType, Type};
use crate::value::{Key, Map, Value};
use std::collections::BTreeMap;

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "keys", checking: Checking::Rule(|types| check("get keys from", types)), call: keys },
    Definition { name: "values", checking: Checking::Rule(|types| check("get values from", types)), call: values },
    Definition { name: "toPairs", checking: Checking::Rule(check_to_pairs), call: to_pairs },
    Definition { name: "fromPairs", checking: Checking::Rule(check_from_pairs), call: from_pairs },
];

fn check(what: &str, types: &[Type]) -> Result<Type, String> {
    match one(types)? {
        ty if ty.is_unknown() || matches!(ty, Type::Map(_)) => Ok(Type::list(ListType::Any)),
        ty => Err(format!("cannot {what} {}", go_name(ty))),
    }
}

fn check_to_pairs(types: &[Type]) -> Result<Type, String> {
    match one(types)? {
        ty if ty.is_unknown() || matches!(ty, Type::Map(_)) => Ok(Type::list(ListType::Any)),
        ty => Err(format!("cannot transform {} to pairs", go_name(ty))),
    }
}

fn check_from_pairs(types: &[Type]) -> Result<Type, String> {
    match one(types)? {
        ty if ty.is_unknown() || ty.is_list() => Ok(Type::Map(MapType::AnyKey)),
        ty => Err(format!("cannot transform {} from pairs", go_name(ty))),
    }
}

fn map(arguments: &[Value], wrong: impl Fn(&str) -> String) -> Outcome<&Map> {
    match arguments {
        [Value::Map(map)] => Ok(map),
        [other] => Err(Wrong::new(wrong(kind_name(other)))),
        _ => Err(Wrong::new(wrong_count("1", arguments.len()))),
    }
}

fn keys(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let map = map(arguments, |kind| format!("cannot get keys from {kind}"))?;
    call.list(ListType::Any, map.entries().map(|(key, _)| key.clone()).collect())
}

fn values(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let map = map(arguments, |kind| format!("cannot get values from {kind}"))?;
    call.list(ListType::Any, map.entries().map(|(_, value)| value.clone()).collect())
}

fn to_pairs(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let map = map(arguments, |kind| format!("cannot transform {kind} to pairs"))?;
    let pairs = map.entries().map(|(key, value)| Value::list(ListType::Pair, vec![key.clone(), value.clone()]));
    let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
    call.list(ListType::Pairs, pairs)
}

fn from_pairs(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let [one] = arguments else { return Err(Wrong::new(wrong_count("1", arguments.len()))) };
    let list = items(one).ok_or_else(|| Wrong::new(format!("cannot transform {} from pairs", shown(one))))?;
    let mut entries = BTreeMap::new();
    for item in list {
        call.budget.spend(1)?;
        let pair = items(&item).ok_or_else(|| Wrong::new(format!("invalid pair {}", shown(&item))))?;
        let Ok([key, value]) = <[Value; 2]>::try_from(pair) else {
            return Err(Wrong::new(format!("invalid pair length {}", shown(&item))));
        };
        entries.insert(hashed(key)?, value);
    }
    Ok(Value::map(MapType::AnyKey, entries)?)
}

/// `value` as a key.
pub(crate) fn hashed(value: Value) -> Outcome<Key> {
    let name = value.type_name();
    Key::of(value).ok_or_else(|| Wrong::new(format!("runtime error: hash of unhashable type {name}")))
}
