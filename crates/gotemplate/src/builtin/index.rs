//! `index`, `slice` and `len`.

use crate::convert::zero;
use crate::text::Text;
use crate::types::UintKind;
use crate::value::{Args, Call, FuncError, List, Value};

type Result<T> = std::result::Result<T, FuncError>;

/// Go's panic when a type is asked of no value; it becomes the function's error.
const NO_TYPE: &str = "reflect: call of reflect.Value.Type on zero Value";

/// `index x 1 2`: `x[1][2]`.
pub(super) fn index(_: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    let mut item = args.any(0).clone();
    if matches!(item, Value::Nil | Value::NoValue) {
        return Err("index of untyped nil".into());
    }
    for position in args.from(1) {
        item = at(&item, &position.plain())?;
    }
    Ok(item)
}

fn at(item: &Value, position: &Value) -> Result<Value> {
    match item.plain() {
        Value::Nil | Value::NoValue => Err("index of nil pointer".into()),
        Value::Str(text) => byte(text.as_bytes(), position),
        Value::Bytes(bytes) => byte(&bytes, position),
        Value::List(list) => {
            let at = offset(position, list.len())?;
            list.get(at).ok_or_else(|| "reflect: slice index out of range".into())
        }
        Value::Map(map) => match position {
            Value::Str(key) => Ok(map.get(key).unwrap_or_else(|| zero(*map.map_type().elem))),
            Value::Nil | Value::NoValue => Err("value is nil; should be of type string".into()),
            other => Err(format!("value has type {}; should be string", other.type_name()).into()),
        },
        _ => Err(format!("can't index item of type {}", item.pointed_type_name()).into()),
    }
}

fn byte(bytes: &[u8], position: &Value) -> Result<Value> {
    let at = offset(position, bytes.len())?;
    let byte = bytes.get(at).ok_or("reflect: string index out of range")?;
    Ok(Value::Uint((*byte).into(), UintKind::Uint8))
}

/// An index up to and including `end`.
fn offset(position: &Value, end: usize) -> Result<usize> {
    let number = match position {
        Value::Int(number, _) => *number,
        Value::Uint(number, _) => *number as i64,
        Value::Nil | Value::NoValue => return Err("cannot index slice/array with nil".into()),
        other => return Err(format!("cannot index slice/array with type {}", other.type_name()).into()),
    };
    let inside = usize::try_from(number).ok().filter(|number| *number <= end);
    inside.ok_or_else(|| format!("index out of range: {number}").into())
}

/// `slice x 1 2`: `x[1:2]`.
pub(super) fn slice(call: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    let item = args.any(0);
    let plain = item.plain();
    let positions = args.from(1);
    if matches!(plain, Value::Nil | Value::NoValue) {
        return Err("slice of untyped nil".into());
    }
    if positions.len() > 3 {
        return Err(format!("too many slice indexes: {}", positions.len()).into());
    }
    let len = match &plain {
        Value::Str(_) if positions.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        _ => return Err(format!("can't slice item of type {}", item.pointed_type_name()).into()),
    };
    let mut bounds = [0, len, len];
    for (bound, position) in bounds.iter_mut().zip(positions) {
        *bound = offset(&position.plain(), len)?;
    }
    let [from, to, end] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}").into());
    }
    if positions.len() == 3 && to > end {
        return Err(format!("invalid slice index: {to} > {end}").into());
    }
    call.take_bytes(to - from)?;
    Ok(match plain {
        Value::Str(text) => Value::Str(Text::copy_of(&text.as_bytes()[from..to])),
        Value::Bytes(bytes) => Value::Bytes(bytes[from..to].into()),
        Value::List(list) => Value::List(List::typed(list.list_type(), list.to_vec()[from..to].to_vec())),
        other => other,
    })
}

/// How long a string, list or map is.
pub(super) fn len(_: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    let item = args.any(0);
    let len = match item.plain() {
        Value::NoValue => return Err(NO_TYPE.into()),
        Value::Nil => return Err("len of nil pointer".into()),
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(format!("len of type {}", item.pointed_type_name()).into()),
    };
    Ok(Value::int(len as i64))
}
