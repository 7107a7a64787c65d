//! Lists: their length, ends, parts, and what becomes of them as wholes.

use super::define::{Call, Checking, Definition, items, kind_name, one, wrong_count};
use super::numbers::{go_name, int_of};
use crate::compare::equal;
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, Type};
use crate::value::Value;

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "len", checking: Checking::Rule(check_len), call: len },
    Definition {
        name: "type",
        checking: Checking::Overloads(&[(&[super::Sort::Any], super::Sort::String)]),
        call: type_of,
    },
    Definition {
        name: "first",
        checking: Checking::Rule(|types| check_end("first", types)),
        call: |args, _| Ok(end(&args[0], 0)),
    },
    Definition {
        name: "last",
        checking: Checking::Rule(|types| check_end("last", types)),
        call: |args, _| Ok(end(&args[0], -1)),
    },
    Definition { name: "get", checking: Checking::Get, call: |args, _| get(args) },
    Definition { name: "take", checking: Checking::Rule(check_take), call: take },
    Definition { name: "reverse", checking: Checking::Rule(|types| check_whole("reverse", types)), call: reverse },
    Definition { name: "uniq", checking: Checking::Rule(|types| check_whole("uniq", types)), call: uniq },
    Definition { name: "concat", checking: Checking::Rule(check_concat), call: concat },
    Definition { name: "flatten", checking: Checking::Rule(|types| check_whole("flatten", types)), call: flatten },
];

fn check_len(types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    let is_fit = ty.is_unknown() || ty.is_list() || matches!(ty, Type::Map(_) | Type::String);
    if is_fit { Ok(Type::INT) } else { Err(format!("invalid argument for len (type {})", go_name(ty))) }
}

fn len(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let length = match &arguments[0] {
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::String(text) => {
            call.budget.spend(text.len() as u64 / 8)?;
            runes(text.as_bytes())
        }
        other => {
            let name = if other.is_nil() { "<nil>".to_owned() } else { other.type_name() };
            return Err(Wrong::new(format!("invalid argument for len (type {name})")));
        }
    };
    Ok(Value::int(length as i64))
}

/// How many characters; each byte that belongs to none counts as one.
fn runes(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

fn type_of(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    use crate::types::IntKind;
    Ok(Value::from(match &arguments[0] {
        Value::Nil => "nil",
        Value::Bool(_) => "bool",
        Value::Int(integer) if matches!(integer.kind, IntKind::Uint8 | IntKind::Uint64) => "uint",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::String(_) => "string",
        Value::Bytes(_) | Value::List(_) => "array",
        Value::Time(_) => "time.Time",
        Value::Duration(_) => "time.Duration",
        Value::Month(_) => "time.Month",
        Value::Weekday(_) => "time.Weekday",
        Value::Zone(_) => "unknown",
        Value::Map(_) => "map",
        Value::Function(_) => "func",
    }))
}

fn check_end(which: &str, types: &[Type]) -> Result<Type, String> {
    match one(types)? {
        ty if ty.is_unknown() => Ok(Type::Any),
        ty if ty.is_list() => Ok(go_item(ty)),
        ty => Err(format!("cannot get {which} element from {}", go_name(ty))),
    }
}

/// What Go's own type says of the items.
fn go_item(ty: &Type) -> Type {
    match ty {
        Type::List(ty, _) => ty.item(),
        ty => ty.item(),
    }
}

/// What is at `index`, from the end when it is negative; nil when nothing is.
fn end(value: &Value, index: i64) -> Value {
    get(&[value.clone(), Value::int(index)]).unwrap_or(Value::Nil)
}

fn get(arguments: &[Value]) -> Outcome<Value> {
    let [base, property] = arguments else { return Err(Wrong::new(wrong_count("2", arguments.len()))) };
    fetch_or_nil(base, property)
}

/// The item or entry of `base`; nil when there is none.
fn fetch_or_nil(base: &Value, property: &Value) -> Outcome<Value> {
    let place = |length: usize| -> Outcome<Option<usize>> {
        let index = int_of(property)?;
        let from_start = if index < 0 { index + length as i64 } else { index };
        Ok(usize::try_from(from_start).ok().filter(|at| *at < length))
    };
    Ok(match base {
        Value::List(list) => {
            place(list.items().len())?.and_then(|at| list.items().get(at).cloned()).unwrap_or(Value::Nil)
        }
        Value::String(text) | Value::Bytes(text) => {
            place(text.len())?.map_or(Value::Nil, |at| super::define::byte_value(text.as_bytes()[at]))
        }
        Value::Map(map) => {
            crate::access::check_key(map, property)?;
            map.get(property).cloned().unwrap_or(Value::Nil)
        }
        _ => Value::Nil,
    })
}

fn check_take(types: &[Type]) -> Result<Type, String> {
    let [list, count] = types else { return Err(wrong_count("2", types.len())) };
    if !list.is_unknown() && !list.is_list() {
        return Err(format!("cannot take from {}", go_name(list)));
    }
    let is_count = count.is_unknown() || matches!(count, Type::Duration | Type::Month | Type::Weekday);
    let is_signed = matches!(
        count,
        Type::Int(crate::types::IntKind::Int | crate::types::IntKind::Int32 | crate::types::IntKind::Int64)
    );
    if !is_count && !is_signed {
        return Err(format!("cannot take {} elements", go_name(count)));
    }
    Ok(list.clone())
}

fn take(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let [list, count] = arguments else { return Err(Wrong::new(wrong_count("2", arguments.len()))) };
    if items(list).is_none() {
        return Err(Wrong::new(format!("cannot take from {}", kind_name(list))));
    }
    let count = match count {
        Value::Int(integer) => integer.value,
        Value::Duration(value) | Value::Month(value) | Value::Weekday(value) => *value,
        other => return Err(Wrong::new(format!("cannot take {} elements", kind_name(other)))),
    };
    let length = |length: usize| {
        usize::try_from(count)
            .map(|count| count.min(length))
            .map_err(|_| Wrong::new("reflect.Value.Slice: slice index out of bounds"))
    };
    match list {
        Value::List(list) => call.list(list.list_type(), list.items()[..length(list.items().len())?].to_vec()),
        Value::Bytes(bytes) => Ok(Value::Bytes(gotemplate::Text::copy_of(&bytes.as_bytes()[..length(bytes.len())?]))),
        _ => Ok(list.clone()),
    }
}

fn check_whole(name: &str, types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    if ty.is_unknown() || ty.is_list() {
        return Ok(Type::list(ListType::Any));
    }
    Err(format!("cannot {name} {}", go_name(ty)))
}

/// The items of the one argument.
fn whole(name: &str, arguments: &[Value]) -> Outcome<Vec<Value>> {
    let [one] = arguments else { return Err(Wrong::new(wrong_count("1", arguments.len()))) };
    items(one).ok_or_else(|| Wrong::new(format!("cannot {name} {}", kind_name(one))))
}

fn reverse(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut items = whole("reverse", arguments)?;
    items.reverse();
    call.grow(items.len() as u64)?;
    call.list(ListType::Any, items)
}

fn uniq(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in whole("uniq", arguments)? {
        let mut is_known = false;
        for known in &kept {
            is_known = equal(&item, known, call.budget)?;
            if is_known {
                break;
            }
        }
        if !is_known {
            kept.push(item);
        }
    }
    call.list(ListType::Any, kept)
}

fn check_concat(types: &[Type]) -> Result<Type, String> {
    if types.is_empty() {
        return Err("invalid number of arguments (expected at least 1, got 0)".to_owned());
    }
    match types.iter().find(|ty| !ty.is_unknown() && !ty.is_list()) {
        Some(ty) => Err(format!("cannot concat {}", go_name(ty))),
        None => Ok(Type::list(ListType::Any)),
    }
}

fn concat(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut all = Vec::new();
    for argument in arguments {
        let items = items(argument).ok_or_else(|| Wrong::new(format!("cannot concat {}", kind_name(argument))))?;
        call.budget.spend(items.len() as u64)?;
        all.extend(items);
    }
    call.grow(all.len() as u64)?;
    call.list(ListType::Any, all)
}

fn flatten(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut flat = Vec::new();
    flatten_into(&mut flat, &whole("flatten", arguments)?, call)?;
    call.grow(flat.len() as u64)?;
    call.list(ListType::Any, flat)
}

fn flatten_into(flat: &mut Vec<Value>, list: &[Value], call: &mut Call<'_>) -> Outcome<()> {
    for item in list {
        call.budget.spend(1)?;
        match items(item) {
            Some(inner) => flatten_into(flat, &inner, call)?,
            None => flat.push(item.clone()),
        }
    }
    Ok(())
}
